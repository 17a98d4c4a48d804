import { createHash } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { loadConfig } from '../../src/config/load-config.ts';
import type { Clock } from '../../src/core/clock.ts';
import { publishFiles } from '../../src/repository/publish-files.ts';
import { verifyRepository } from '../../src/repository/verify/verify.ts';
import { createWorkspace, type Workspace } from '../../src/repository/workspace.ts';
import { readBytes } from '../../src/storage/read-all.ts';
import type { Storage } from '../../src/storage/storage.ts';
import { quickDeb } from './quick-deb.ts';

/** How long a sleep of any length really takes: someone who looks for a lock every 50 ms for 30 s does so for 3 s at least. */
export const REAL_MS = 5;

/** A clock that moves only when somebody sleeps; those who sleep at the same time do so together. */
export function simulatedClock(startMs: number = Date.UTC(2026, 0, 1)): Clock {
  let nowMs = startMs;
  return {
    now: () => nowMs,
    sleep: async (ms) => {
      const wakeMs = nowMs + ms;
      // Others who work for real, in the thread pool say, get on meanwhile: nobody's patience ends before they are done.
      await setTimeout(REAL_MS);
      nowMs = Math.max(nowMs, wakeMs);
    },
  };
}

/** Somebody who publishes into a store that lives in memory. */
export interface SimulatedPublisher {
  readonly workspace: Workspace;
  /** Publishes packages, `name` or `name=version`, as one command does. */
  publish(...packages: readonly string[]): Promise<void>;
  /** Number of problems that `pakhus verify` finds. */
  problems(): Promise<number>;
}

/** Publishers with the same `folder` share their keys: they are processes of one machine. */
export async function createPublisher(
  store: Storage,
  at: { readonly folder: string; readonly clock: Clock; readonly seed: string },
): Promise<SimulatedPublisher> {
  const config = await loadConfig({
    cwd: at.folder,
    env: {},
    home: at.folder,
    flags: { store: '/simulated' },
  });
  let draws = 0;
  const workspace = createWorkspace(
    {
      config,
      env: {},
      clock: at.clock,
      randomBytes: (length) =>
        createHash('shake256', { outputLength: length }).update(`${at.seed} ${draws++}`).digest(),
      author: at.seed,
      machine: { host: 'desk', writesAlone: false },
    },
    { store },
  );
  const quiet = { report: () => {} };
  return {
    workspace,
    async publish(...packages) {
      const paths = await Promise.all(packages.map((spec) => packageFile(at.folder, spec)));
      const input = {
        paths,
        cwd: at.folder,
        to: undefined,
        keepGoing: false,
        dryRun: false,
        mayCreate: async () => true,
      };
      await publishFiles(workspace, input, quiet);
    },
    async problems() {
      const repository = await workspace.open(await workspace.configOf('deb'));
      return (await verifyRepository(repository, quiet)).findings.length;
    },
  };
}

function packageFile(folder: string, spec: string): Promise<string> {
  const [name = '', version = '1.0'] = spec.split('=');
  return quickDeb(folder, { name, version, architecture: 'all' });
}

/** Copies every object of a store. */
export async function copyObjects(from: Storage, to: Storage): Promise<void> {
  for await (const { key } of from.list(''))
    await to.write(key, await readBytes(from, key, { limitBytes: 100_000_000 }));
}

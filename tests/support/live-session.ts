import { cp, mkdir, readFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import type { LiveFinding } from '../../src/repository/live/live-finding.ts';
import { type CliSession, createCliSession } from './cli-session.ts';
import { createStaticServer, type Fault, type StaticServer } from './http-server.ts';

/** A published repository that a web server serves as it should: two revisions, and a copy of the store as it was at the first. */
export interface LiveSession extends AsyncDisposable {
  readonly session: CliSession;
  readonly server: StaticServer;
  /** Answers requests otherwise; undefined: as they should be. */
  setFaults(faults: Faults | undefined): void;
  /** What `pakhus verify --live ARGS` finds through the server while it has these faults. */
  look(faults: Faults | undefined, ...args: readonly string[]): Promise<LiveLook>;
}

export interface LiveLook {
  /** The exit code. */
  readonly code: number;
  readonly findings: readonly LiveFinding[];
  readonly checked: unknown;
  /** `CODE PATH` of each finding, decoded. */
  readonly short: readonly string[];
}

/** What is wrong with the answer to a request for `path`; undefined: nothing. */
export type Faults = (asked: Asked) => Promise<Fault | undefined> | Fault | undefined;

export interface Asked {
  /** Decoded, with the slash in front. */
  readonly path: string;
  readonly request: IncomingMessage;
  /** The file that belongs there, or the one of revision 1. */
  file(rev?: 1): Promise<Uint8Array>;
}

/** Headers of a pointer that was written just now. */
export const FRESH: Readonly<Record<string, string>> = {
  'cache-control': 'no-cache',
  'last-modified': new Date().toUTCString(),
};

/** As the guide tells nginx to be: pointers are asked for each time, the state is nobody's business. */
const GOOD: Fault = { kind: 'headers', headers: { 'cache-control': 'no-cache' } };
const PRIVATE: Fault = { kind: 'status', status: 404 };

export async function createLiveSession(...config: readonly string[]): Promise<LiveSession> {
  const session = await createCliSession();
  const oldStore = join(session.cwd, 'old');
  await session.configure(
    'repositories: { deb: { format: deb, channels: [stable, testing], validForDays: 8 } }',
    ...config,
  );
  await session.run('key', 'new', 'short', '--expires', '2');
  await mkdir(join(session.cwd, 'first'));
  await session.deb({ name: 'hello' }, 'first');
  await session.deb({ name: 'libfoo+bar', version: '1.0~rc1', content: 'x'.repeat(5000) }, 'first');
  await session.run('publish', 'first', '--init');
  await cp(session.store, oldStore, { recursive: true, preserveTimestamps: true });
  await session.deb({ name: 'world' });
  await session.run('publish', 'world_1.0_amd64.deb');
  const server = await createStaticServer(session.store);
  const setFaults = (faults: Faults | undefined): void =>
    server.setHook(async (path, request) => {
      const file: Asked['file'] = (rev) => readFile(join(rev === 1 ? oldStore : session.store, path));
      const fault = await faults?.({ path, request, file });
      return fault ?? (path.startsWith('/.pakhus/') ? PRIVATE : GOOD);
    });
  setFaults(undefined);
  return {
    session,
    server,
    setFaults,
    look: async (faults, ...args) => {
      setFaults(faults);
      const { code, answer, error } = await session.json('verify', '--live', '--url', server.url, ...args);
      if (error !== undefined) throw new Error(JSON.stringify(error));
      const { repositories } = answer as { repositories: readonly Pick<LiveLook, 'findings' | 'checked'>[] };
      const { findings = [], checked } = repositories[0] ?? {};
      const short = findings.map(
        (one) => `${one.code} ${decodeURIComponent(one.url.slice(server.url.length))}`,
      );
      return { code, findings, checked, short };
    },
    [Symbol.asyncDispose]: async () => {
      await server[Symbol.asyncDispose]();
      await session[Symbol.asyncDispose]();
    },
  };
}

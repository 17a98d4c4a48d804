/**
 * Bringing what was written to the disk.
 *
 * One `sync -f` (coreutils, busybox: syncfs(2), which Node does not have) covers the whole file system, hence also what
 * other processes and worker threads wrote: 50 to 90 ms for 5,000 new files in 500 folders on ext4, where an fsync of each
 * takes 320 to 690 ms sixteen at a time, and more than 840 ms one by one. With nothing to do it costs 3 ms. It also waits for
 * what unrelated programs wrote to that file system. Without a `sync` program each file that this handle wrote is synced by itself.
 */
import { spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { PakhusError } from '../../core/pakhus-error.ts';
import { isSystemError, localError } from './local-error.ts';
import type { LocalRoot } from './root.ts';

const PARALLEL = 16;
const COMPLAINT_LIMIT = 1000;
const UNKNOWN_OPTION = /(invalid|unrecognized|unknown) option/i;

export interface Settler {
  /** A file got a name. */
  wrote(path: string): void;
  /** A folder got or lost an entry. */
  changed(folder: string): void;
  settle(signal: AbortSignal | undefined): Promise<void>;
}

/** The way that suits the machine and the file system. */
export function createSettler(root: LocalRoot): Settler {
  if (root.fileSystem.volatile) return { wrote: nothing, changed: nothing, settle: async () => undefined };
  const program = process.platform === 'linux' ? findSync() : undefined;
  return program === undefined ? settleByFiles(root) : settleByProgram(root, program);
}

/** Runs `program` as sync(1). One that does not know `-f` brings everything of the machine to its disks instead. */
export function settleByProgram(root: LocalRoot, program: string): Settler {
  const runFor = async (args: readonly string[], signal: AbortSignal | undefined): Promise<string> => {
    const { status, complaint } = await run(program, { args, signal });
    if (status === 0) return '';
    if (UNKNOWN_OPTION.test(complaint)) return complaint;
    throw new PakhusError(
      'STORE_UNAVAILABLE',
      `${root.name}: ${program} could not bring it to the disk: ${complaint}`,
      { details: { store: root.name, program, status } },
    );
  };
  return {
    wrote: nothing,
    changed: nothing,
    settle: async (signal) => {
      if ((await runFor(['-f', root.folder], signal)) !== '') await runFor([], signal);
    },
  };
}

/** Syncs each file and folder that this handle wrote since the last time. */
export function settleByFiles(root: LocalRoot): Settler {
  let pending = new Set<string>();
  let running: Promise<void> = Promise.resolve();
  const settleOnce = async (signal: AbortSignal | undefined): Promise<void> => {
    const paths = pending;
    pending = new Set();
    try {
      await syncAll(root, paths, signal);
    } catch (error) {
      for (const path of paths) pending.add(path);
      throw error;
    }
  };
  return {
    wrote: (path) => {
      pending.add(path);
    },
    changed: (folder) => {
      pending.add(folder);
    },
    settle: (signal) => {
      const next = running.then(() => settleOnce(signal));
      running = next.catch(nothing);
      return next;
    },
  };
}

function nothing(): void {}

function findSync(): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return [...folders, '/usr/bin', '/bin'].map((folder) => join(folder, 'sync')).find(isProgram);
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch (error) {
    if (isSystemError(error)) return false;
    throw error;
  }
}

interface RunOptions {
  readonly args: readonly string[];
  readonly signal: AbortSignal | undefined;
}

/** Exit status (null when a signal ended it), and what the program said. */
function run(
  program: string,
  { args, signal }: RunOptions,
): Promise<{ readonly status: number | null; readonly complaint: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, LC_ALL: 'C' },
    });
    let complaint = '';
    child.stderr.on('data', (bytes: Buffer) => {
      complaint = (complaint + bytes.toString()).slice(0, COMPLAINT_LIMIT);
    });
    const onAbort = (): void => {
      child.kill();
      reject(signal?.reason);
    };
    signal?.addEventListener('abort', onAbort, { once: true });
    child.on('error', (error) => reject(localError(error, { store: program, path: program })));
    child.on('close', (status) => {
      signal?.removeEventListener('abort', onAbort);
      resolve({ status, complaint: complaint.trim() || `it ended with ${status}` });
    });
  });
}

async function syncAll(
  root: LocalRoot,
  paths: ReadonlySet<string>,
  signal: AbortSignal | undefined,
): Promise<void> {
  const rest = paths.values();
  const work = async (): Promise<void> => {
    for (const path of rest) {
      signal?.throwIfAborted();
      await syncPath(root, path);
    }
  };
  await Promise.all(Array.from({ length: PARALLEL }, work));
}

/** What is gone by now needs no sync: its folder is synced too. */
async function syncPath(root: LocalRoot, path: string): Promise<void> {
  try {
    const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
    try {
      await file.sync();
    } finally {
      await file.close();
    }
  } catch (error) {
    if (isSystemError(error, 'ENOENT', 'ENOTDIR')) return;
    throw localError(error, { store: root.name, path });
  }
}

import { readdirSync, readlinkSync } from 'node:fs';
import { expect, test } from 'vitest';
import { type Clock, systemClock } from '../../src/core/clock.ts';
import { type LocalStorageOptions, openLocalStorage } from '../../src/storage/local.ts';
import { createMemoryStorage } from '../../src/storage/memory.ts';
import type { Storage, StorageCapabilities } from '../../src/storage/storage.ts';
import {
  type Deviations,
  planStorageCases,
  runStorageCase,
  type StorageSubject,
} from '../../src/testing/storage-case.ts';
import { storageCases } from '../../src/testing/storage-conformance.ts';
import { createTempDir } from './temp.ts';

/** Makes an empty store. */
export type CreateSubject = () => Promise<StorageSubject>;

/** A fresh folder, with every handle passed through `wrap`. */
export function localSubject(
  wrap: (storage: Storage) => Storage = (storage) => storage,
  options: Omit<LocalStorageOptions, 'root'> = {},
): CreateSubject {
  return async () => {
    const dir = await createTempDir('store');
    const open = async (): Promise<Storage> => wrap(await openLocalStorage({ ...options, root: dir.path }));
    return {
      storage: await open(),
      open,
      leftovers: async () => leftoversOf(dir.path),
      close: async () => dir[Symbol.asyncDispose](),
    };
  };
}

/** A store in memory, with every handle passed through `wrap`. */
export function memorySubject(
  capabilities: Partial<StorageCapabilities> = {},
  wrap: (storage: Storage) => Storage = (storage) => storage,
): CreateSubject {
  return async () => {
    const store = createMemoryStorage({ clock: systemClock(), capabilities });
    return {
      storage: wrap(store),
      open: async () => wrap(store),
      leftovers: async () => [],
      close: async () => undefined,
    };
  };
}

/** Registers one test per case, and one that names what was left out and why. */
export function testStorage(
  create: CreateSubject,
  deviations: Deviations = {},
  left: readonly string[] = [],
): void {
  const names = new Set([...Object.keys(deviations), ...left]);
  for (const one of storageCases) {
    if (names.has(one.name)) continue;
    test(one.name, () => runStorageCase(one, create));
  }
  test(`${names.size} cases are left out, each for a reason`, async () => {
    const subject = await create();
    const plan = planStorageCases(storageCases, { capabilities: subject.storage.capabilities, deviations });
    await subject.close();
    expect(plan.left.map(({ name }) => name).sort()).toEqual([...names].sort());
  });
}

/** Temporary files, a lock's holder, and files that this process has open. */
function leftoversOf(root: string): string[] {
  const own = `${root}/.pakhus/.local`;
  return [
    ...namesIn(`${own}/tmp`).map((name) => `temporary file ${name}`),
    ...namesIn(own).filter((name) => !['tmp', 'lock', 'names'].includes(name)),
    ...openFiles()
      .filter((path) => path.startsWith(root))
      .map((path) => `open file ${path}`),
  ];
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** Linux only; elsewhere nothing is known. */
function openFiles(): string[] {
  return namesIn('/proc/self/fd').flatMap((fd) => {
    try {
      return [readlinkSync(`/proc/self/fd/${fd}`)];
    } catch {
      return [];
    }
  });
}

/** A clock that stands still until somebody sleeps, which takes no time. */
export function steppedClock(startMs: number): Clock {
  let nowMs = startMs;
  return {
    now: () => nowMs,
    sleep: async (ms, signal) => {
      signal?.throwIfAborted();
      nowMs += ms;
      await new Promise(setImmediate);
    },
  };
}

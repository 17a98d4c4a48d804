/** What a case of the storage suite is given, and how one is run. No test runner is needed: a case that fails throws. */
import assert from 'node:assert/strict';
import type { Storage, StorageCapabilities } from '../storage/storage.ts';

/** A store under test, empty at first. */
export interface StorageSubject {
  readonly storage: Storage;
  /** One more handle on the same store, as another process would have it. */
  open(): Promise<Storage>;
  /** What the driver left behind besides objects: temporary files, locks, open handles. One line each. */
  leftovers(): Promise<readonly string[]>;
  /** Removes the store. */
  close(): Promise<void>;
}

/** One promise of the port. */
export interface StorageCase {
  readonly name: string;
  /** Without these the promise is not made. */
  readonly needs?: readonly (keyof StorageCapabilities)[];
  run(subject: StorageSubject): Promise<void>;
}

/** Runs one case on a fresh subject; it fails also when something is left behind. */
export async function runStorageCase(
  { run }: StorageCase,
  create: () => Promise<StorageSubject>,
): Promise<void> {
  const subject = await create();
  try {
    await run(subject);
    assert.deepEqual(await subject.leftovers(), [], 'the driver left something behind');
  } finally {
    await subject.close();
  }
}

/** Cases that a store does not pass by its nature, each with the reason, under the case's name. */
export type Deviations = Readonly<Record<string, string>>;

/** A suite cut to what a store promises. */
export interface StoragePlan {
  readonly run: readonly StorageCase[];
  readonly left: readonly { readonly name: string; readonly reason: string }[];
}

/** Leaves out what needs a missing capability, and the deviations. Fails when a deviation names no case. */
export function planStorageCases(
  cases: readonly StorageCase[],
  store: { readonly capabilities: StorageCapabilities; readonly deviations?: Deviations },
): StoragePlan {
  const deviations = store.deviations ?? {};
  for (const name of Object.keys(deviations)) {
    assert.ok(
      cases.some((one) => one.name === name),
      `no case is called "${name}"`,
    );
  }
  const reasonFor = ({ name, needs = [] }: StorageCase): string | undefined => {
    const missing = needs.find((capability) => !store.capabilities[capability]);
    return deviations[name] ?? (missing === undefined ? undefined : `the store has no ${missing}`);
  };
  return {
    run: cases.filter((one) => reasonFor(one) === undefined),
    left: cases.flatMap((one) => {
      const reason = reasonFor(one);
      return reason === undefined ? [] : [{ name: one.name, reason }];
    }),
  };
}

/**
 * What every store promises, as cases that need no test runner.
 *
 * ```
 * driver's test file                       here
 * a subject: fresh store ──▶ planStorageCases ──▶ runStorageCase ──▶ passes, throws, or left something behind
 * its deviations, with reasons ──┘
 * ```
 * A driver, and every wrapper that says it changes nothing, passes all of them but its named deviations.
 */
import type { StorageCase } from './storage-case.ts';
import { keyCases } from './storage-key-cases.ts';
import { listCases } from './storage-list-cases.ts';
import { raceCases } from './storage-race-cases.ts';
import { readCases } from './storage-read-cases.ts';
import { writeCases } from './storage-write-cases.ts';

/** The suite. */
export const storageCases: readonly StorageCase[] = [
  ...keyCases,
  ...readCases,
  ...writeCases,
  ...listCases,
  ...raceCases,
];

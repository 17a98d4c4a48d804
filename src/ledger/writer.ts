/**
 * Stores that cannot keep two writers apart (network and FUSE file systems): one host writes, which revision 1 names, and every other
 * one is refused.
 */
import { PakhusError } from '../core/pakhus-error.ts';
import type { Ledger } from './ledger.ts';
import type { Revision } from './log.ts';

/** What revision 1 says: the only host that may write, or null. */
export function firstWriter({ machine }: Ledger): string | null {
  return machine.writesAlone ? machine.host : null;
}

/** @throws STORE_UNSAFE when this host may not write */
export function checkWriter(ledger: Ledger, tail: Revision | undefined): void {
  if (tail === undefined) return;
  const { writer } = tail.manifest;
  const { host } = ledger.machine;
  if (writer !== null && writer !== host) {
    throw new PakhusError(
      'STORE_UNSAFE',
      `${ledger.tree.name}: '${ledger.repository}' was made for a single writer, the host '${writer}'; this is '${host}'`,
      { hint: `Run the command on '${writer}'.`, details: { writer, host } },
    );
  }
  if (writer === null && !keepsApart(ledger)) {
    throw new PakhusError(
      'STORE_UNSAFE',
      `${ledger.tree.name}: '${ledger.repository}' was made for several writers, and this store cannot keep them apart`,
      { hint: 'Publish from the machine whose disk holds the store.', details: { host } },
    );
  }
}

/** The log is kept by conditions of the state. Pointers need a lock or, in a bucket, what they say of themselves. */
function keepsApart({ state, tree }: Ledger): boolean {
  return (
    state.capabilities.createIfAbsent && (tree.capabilities.createIfAbsent || tree.capabilities.metadata)
  );
}

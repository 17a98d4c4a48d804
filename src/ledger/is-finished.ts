/** Whether earlier writers left anything to do, in a bucket, by few looks. */
import { callOf } from '../catalog/call-of.ts';
import { findObjects } from '../storage/find-objects.ts';
import type { CallOptions } from '../storage/storage.ts';
import { listInbox } from './inbox.ts';
import type { Ledger } from './ledger.ts';
import type { Revision } from './log.ts';

/**
 * True when no proposal is open, `published` says that `tail` is published to its end, and nobody touched `paths` since. False for
 * a directory, where all of that is looked at as soon.
 */
export async function isFinished(
  ledger: Ledger,
  { tail, paths }: { readonly tail: Revision; readonly paths: readonly string[] },
  call: CallOptions = {},
): Promise<boolean> {
  const { published, signed } = tail;
  if (!ledger.tree.capabilities.metadata || published?.rev !== signed.record.rev) return false;
  const [isInboxEmpty, objects] = await Promise.all([
    hasNoProposal(ledger, call),
    findObjects(ledger.tree, paths, callOf(call)),
  ]);
  return (
    isInboxEmpty &&
    paths.every((path) => objects.has(path) && objects.get(path)?.etag === published.etags.get(path))
  );
}

async function hasNoProposal(ledger: Ledger, call: CallOptions): Promise<boolean> {
  for await (const _ of listInbox(ledger, { ...call, isWanted: () => true })) return false;
  return true;
}

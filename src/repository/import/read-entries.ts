/** What clients begin with, channel by channel: the signed text, and who signed it. */
import { hasCode, PakhusError } from '../../core/pakhus-error.ts';
import type { AdoptionRules, ListedChannel } from '../../formats/adoption.ts';
import { type Verified, verifyClear, verifyDetached } from '../../signing/verify.ts';
import { refused } from './refusal.ts';
import type { ImportSource } from './source.ts';

/** Debian's has 0.2 MB. */
const ENTRY_LIMIT_BYTES = 32 * 1024 * 1024;

/** The files that clients of a channel begin with, as they are. */
export interface EntryFiles {
  readonly channel: string;
  /** Of the file, for messages. */
  readonly path: string;
  /** Clear-signed where `signature` is undefined and `isClear`. */
  readonly bytes: Uint8Array;
  readonly isClear: boolean;
  /** Armored, over `bytes`. */
  readonly signature: string | undefined;
}

/** @throws IMPORT_REFUSED when the channel has none */
export async function readEntryFiles(
  source: ImportSource,
  { rules, channel }: { readonly rules: AdoptionRules; readonly channel: string },
): Promise<EntryFiles> {
  const paths = rules.entryFiles(channel);
  const clear = await source.read(paths.clear, ENTRY_LIMIT_BYTES);
  if (clear !== undefined)
    return { channel, path: paths.clear, bytes: clear, isClear: true, signature: undefined };
  const bytes = await source.read(paths.text, ENTRY_LIMIT_BYTES);
  if (bytes === undefined) {
    throw refused(`${source.name} has no ${paths.clear} and no ${paths.text}`, {
      hint: 'Name suites that are there: --suite NAME.',
      details: { channel },
    });
  }
  const signature = await source.read(paths.signature, ENTRY_LIMIT_BYTES);
  const armored = signature === undefined ? undefined : Buffer.from(signature).toString('latin1');
  return { channel, path: paths.text, bytes, isClear: false, signature: armored };
}

/** Who signed. @throws VERIFY_FAILED when it was none of `publicKeys`, with `keyIds` of those who did where none of them is known */
export async function verifyEntry(
  entry: EntryFiles,
  options: { readonly publicKeys: readonly string[]; readonly nowMs: number },
): Promise<Verified['signers']> {
  const { path: name, bytes, isClear, signature } = entry;
  if (isClear) return (await verifyClear(bytes, { ...options, name })).signers;
  if (signature !== undefined) return (await verifyDetached(bytes, { ...options, name, signature })).signers;
  throw new PakhusError('VERIFY_FAILED', `${name} is not signed`, { details: { name, keyIds: [] } });
}

/** What the entry says, whoever signed it. @throws SETTINGS_INVALID */
export async function readEntry(entry: EntryFiles, rules: AdoptionRules): Promise<ListedChannel> {
  const { channel, path: name } = entry;
  return rules.readEntry(entry.isClear ? await textOf(entry) : entry.bytes, { channel, name });
}

/** What is signed, without a look at the signature. */
async function textOf({ bytes, path: name }: EntryFiles): Promise<Uint8Array> {
  const { splitClear } = await import('../../signing/clear-text.ts');
  return splitClear(
    bytes,
    (why) => new PakhusError('VERIFY_FAILED', `${name}: ${why}`, { details: { name } }),
  ).text;
}

/** The key ids of unknown signers; undefined: it failed for another reason, such as a known key that ended. */
export function strangersOf(error: unknown): readonly string[] | undefined {
  if (!hasCode(error, 'VERIFY_FAILED')) return undefined;
  const { keyIds } = error.details;
  return Array.isArray(keyIds) ? keyIds.map(String) : undefined;
}

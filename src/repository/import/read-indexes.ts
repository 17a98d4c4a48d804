/** The packages that the indexes of a channel list, checked against the signed list of files. */
import { sniffEncoding } from '../../codec/compression-encoding.ts';
import { decompress } from '../../codec/decompress.ts';
import { sha256Hex } from '../../core/digest.ts';
import type {
  AdoptionRules,
  BadEntry,
  ListedFile,
  ListedIndex,
  ListedPackage,
} from '../../formats/adoption.ts';
import type { Encoding } from '../../formats/format.ts';
import { refused } from './refusal.ts';
import type { ImportSource } from './source.ts';

/** Text of an index; that of Debian has 60 MB. */
const TEXT_LIMIT_BYTES = 512 * 1024 * 1024;

/** What an index lists. */
export interface ReadIndex {
  readonly index: ListedIndex;
  readonly packages: readonly ListedPackage[];
  readonly bad: readonly BadEntry[];
  /** Forms of it that were found and that pakhus makes as well. */
  readonly encodings: readonly Encoding[];
}

/** @throws IMPORT_REFUSED when no form of it is there, or one is not what the signed list says */
export async function readIndex(
  source: ImportSource,
  {
    rules,
    index,
    all,
  }: {
    readonly rules: AdoptionRules;
    readonly index: ListedIndex;
    /** Every form is looked at, not only the smallest. */
    readonly all: boolean;
  },
): Promise<ReadIndex> {
  const encodings: Encoding[] = [];
  let text: Uint8Array | undefined;
  for (const file of smallestFirst(index.files)) {
    if (text !== undefined && !all) break;
    const bytes = await source.read(file.path, TEXT_LIMIT_BYTES);
    if (bytes === undefined) continue;
    if (bytes.length !== file.sizeBytes || sha256Hex(bytes) !== file.sha256) throw torn(source, file);
    if (file.encoding !== undefined) encodings.push(file.encoding);
    text ??= await plainText(bytes, file);
  }
  if (text === undefined) {
    if (index.files.every(({ sizeBytes }) => sizeBytes === 0))
      return { index, packages: [], bad: [], encodings: [] };
    throw refused(`${source.name} lists ${index.path} and has no form of it`, {
      hint: 'Let the program that made it write it anew, then try again.',
    });
  }
  const packages: ListedPackage[] = [];
  const bad: BadEntry[] = [];
  for (const entry of rules.readIndex(text, index)) {
    if ('problem' in entry) bad.push(entry);
    else packages.push(entry);
  }
  return { index, packages, bad, encodings };
}

function smallestFirst(files: readonly ListedFile[]): readonly ListedFile[] {
  return files.toSorted((a, b) => a.sizeBytes - b.sizeBytes);
}

async function plainText(bytes: Uint8Array, { path: name }: ListedFile): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  const options = { name, limitBytes: TEXT_LIMIT_BYTES };
  for await (const chunk of decompress(sniffEncoding(bytes), bytes, options)) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

function torn(source: ImportSource, { path }: ListedFile): Error {
  return refused(`${source.name}: ${path} is not the file that the signed list names`, {
    hint: 'Somebody may be publishing at this moment: try again. Else let the program that made it write it anew.',
    details: { path },
  });
}

/** Indexes of other repositories that the clients of a channel have as well: files of whoever publishes, named in pakhus.yaml. */
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { type CompressionEncoding, sniffEncoding } from '../../codec/compression-encoding.ts';
import { decompress } from '../../codec/decompress.ts';
import type { BaseIndex } from '../../config/resolved-config.ts';
import { hasCode, PakhusError } from '../../core/pakhus-error.ts';
import type { InstallRules } from '../../formats/install-rules.ts';

/** Text of an index; that of Debian has 50 MB. */
const LIMIT_BYTES = 1024 * 1024 * 1024;
/** Text that is taken apart at once, and the longest stanza that anybody may have. */
const PART_BYTES = 1024 * 1024;
const STANZA_LIMIT_BYTES = 16 * PART_BYTES;

export interface BaseIndexes {
  /** Paths of the files for a machine; none: what the channel lacks comes from elsewhere. */
  pathsFor(at: { readonly channel: string; readonly architecture: string }): readonly string[];
  /** The text of one, in parts that end between two packages. @throws CONFIG_INVALID */
  read(path: string, rules: Pick<InstallRules, 'lastCut'>): AsyncIterable<string>;
}

/** Base indexes as the configuration of a repository names them. */
export function createBaseIndexes(bases: readonly BaseIndex[]): BaseIndexes {
  return {
    pathsFor: ({ channel, architecture }) => {
      const own = bases.filter((base) => base.channel === channel);
      const ofAll = bases.filter((base) => base.channel === undefined);
      return (own.length > 0 ? own : ofAll).map(({ path }) => path.replaceAll('{arch}', architecture));
    },
    read: readBaseIndex,
  };
}

async function* readBaseIndex(
  path: string,
  { lastCut }: Pick<InstallRules, 'lastCut'>,
): AsyncGenerator<string, void> {
  let rest = '';
  let next = PART_BYTES;
  let isFirst = true;
  try {
    const encoding = await encodingOf(path);
    const pieces = decompress(encoding, createReadStream(path), { name: path, limitBytes: LIMIT_BYTES });
    for await (const piece of pieces) {
      if (isFirst && !/^[A-Za-z]/.test(asText(piece))) throw unusable(path, NO_INDEX);
      isFirst = false;
      rest += asText(piece);
      if (rest.length < next) continue;
      const cut = lastCut(rest);
      if (cut > 0) yield rest.slice(0, cut);
      rest = rest.slice(cut);
      next = rest.length + PART_BYTES;
      if (rest.length > STANZA_LIMIT_BYTES) throw unusable(path, NO_INDEX);
    }
  } catch (error) {
    throw asUnusable(path, error);
  }
  if (rest !== '') yield rest;
}

const NO_INDEX = 'it is no index of packages';

/** Names, versions and relations are ASCII; what else there is does not matter. */
function asText({ buffer, byteOffset, byteLength }: Uint8Array): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString('latin1');
}

async function encodingOf(path: string): Promise<CompressionEncoding> {
  await using file = await open(path);
  const { buffer, bytesRead } = await file.read(Buffer.alloc(8), 0, 8, 0);
  return sniffEncoding(buffer.subarray(0, bytesRead));
}

function asUnusable(path: string, error: unknown): unknown {
  if (hasCode(error, 'ARCHIVE_CORRUPT', 'ARCHIVE_TOO_LARGE', 'ARCHIVE_TRUNCATED'))
    return unusable(path, error.message, error);
  if (!(error instanceof Error && 'code' in error) || error instanceof PakhusError) return error;
  return unusable(path, error.code === 'ENOENT' ? 'there is no such file' : error.message, error);
}

function unusable(path: string, why: string, cause?: Error): PakhusError {
  return new PakhusError('CONFIG_INVALID', `${path} cannot be used as a base index: ${why}`, {
    hint: 'Correct `base:` in pakhus.yaml, or fetch the index anew.',
    details: { path },
    ...(cause && { cause }),
  });
}

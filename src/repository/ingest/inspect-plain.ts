/** Plain files: whatever they are, they are published byte for byte. */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { mapInOrder } from '../../catalog/map-in-order.ts';
import { createSha256 } from '../../core/digest.ts';
import { PakhusError } from '../../core/pakhus-error.ts';
import type { PackageMeta } from '../../formats/format.ts';
import type { Ingested } from './handle-request.ts';
import type { InspectedPackage } from './inspected.ts';

const CHUNK_BYTES = 1024 * 1024;
/** Files that are read at once. */
const AT_ONCE = 4;

/** What a file is, told by its name alone. */
export interface PlainKind {
  readonly format: string;
  /** Undefined: a file that is made here. @throws PACKAGE_INVALID */
  describe(name: string): PackageMeta | undefined;
}

/** One result per path that is taken. Errors: PACKAGE_INVALID, PACKAGE_CONFLICT when two have one name. */
export async function inspectPlain(
  paths: readonly string[],
  { kind, signal }: { readonly kind: PlainKind; readonly signal?: AbortSignal | undefined },
): Promise<readonly (Ingested<InspectedPackage> & { readonly source: string })[]> {
  const results: (Ingested<InspectedPackage> & { readonly source: string })[] = [];
  const byName = new Map<string, string>();
  const work = async (source: string): Promise<Ingested<InspectedPackage> | undefined> => {
    try {
      const name = basename(source);
      const meta = kind.describe(name);
      if (meta === undefined) return undefined;
      const other = byName.get(name);
      if (other !== undefined) throw twice(source, other);
      byName.set(name, source);
      return { value: { source, format: kind.format, meta, ...(await digest(source)) } };
    } catch (error) {
      return { error };
    }
  };
  let index = 0;
  for await (const result of mapInOrder(paths, { limit: AT_ONCE, signal, work })) {
    const source = paths[index++] ?? '';
    if (result !== undefined) results.push({ ...result, source });
  }
  return results;
}

async function digest(source: string): Promise<Pick<InspectedPackage, 'sizeBytes' | 'sha256'>> {
  try {
    if (!(await stat(source)).isFile()) throw new Error('it is no regular file');
    const running = createSha256();
    let sizeBytes = 0;
    for await (const chunk of createReadStream(source, { highWaterMark: CHUNK_BYTES })) {
      running.update(chunk);
      sizeBytes += chunk.length;
    }
    return { sizeBytes, sha256: running.hex() };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw new PakhusError('PACKAGE_INVALID', `${source} cannot be read: ${error.message}`, {
      cause: error,
      hint: 'Check the path and its permissions.',
      details: { path: source },
    });
  }
}

function twice(source: string, other: string): PakhusError {
  return new PakhusError('PACKAGE_CONFLICT', `${source} and ${other} would have the same name`, {
    hint: 'Publish one of them.',
    details: { path: source, other },
  });
}

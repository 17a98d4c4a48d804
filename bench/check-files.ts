import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256Hex } from '../src/core/digest.ts';
import { parsePackages } from './compare-indexes.ts';
import { createRandom, shuffled } from './random.ts';

/**
 * Looks up `sample` packages of an index in the repository's folder `root`: the file that `Filename` names must be
 * there, with the `Size` and the `SHA256` of the stanza. Returns one line per package that fails.
 */
export async function checkFiles(
  root: string,
  index: string,
  options: { readonly sample: number; readonly seed: number },
): Promise<string[]> {
  const all = [...parsePackages(index)];
  const failures: string[] = [];
  for (const [key, fields] of shuffled(all, createRandom(options.seed)).slice(0, options.sample)) {
    const path = fields.get('filename') ?? '';
    const bytes = await readFile(join(root, path)).catch(() => undefined);
    if (!bytes) failures.push(`${key}: no file at ${path}`);
    else if (String(bytes.length) !== fields.get('size'))
      failures.push(`${key}: Size is not ${bytes.length}`);
    else if (sha256Hex(bytes) !== fields.get('sha256')) failures.push(`${key}: SHA256 is another`);
  }
  return failures;
}

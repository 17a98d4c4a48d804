/** The version of this package. */
import { readFile } from 'node:fs/promises';
import { isRecord } from '../core/shape.ts';

/** From package.json, which lies two folders up both in a clone (`src/cli`) and in an installed package (`dist/cli`). */
export async function readVersion(): Promise<string> {
  const text = await readFile(new URL('../../package.json', import.meta.url), 'utf8');
  const content: unknown = JSON.parse(text);
  return isRecord(content) && typeof content['version'] === 'string' ? content['version'] : 'unknown';
}

import { mkdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { measure } from './measure.ts';

const REFERENCES = [
  { encoding: 'gzip', file: 'Packages.gz', argv: ['gzip', '-9', '-n', '-c'] },
  { encoding: 'xz', file: 'Packages.xz', argv: ['xz', '-6', '-T1', '-c'] },
] as const;

/**
 * Bytes of each compressed index in the folder `indexes`, over what the reference tool makes of the same `text`; by
 * encoding. `dir` is where the tool's output goes for a moment.
 */
export async function compareSizes(
  indexes: string,
  options: { readonly text: string; readonly dir: string },
): Promise<Map<string, number>> {
  const scratch = join(options.dir, 'sizes');
  await mkdir(scratch, { recursive: true });
  const plain = join(scratch, 'Packages');
  await writeFile(plain, options.text);
  const ratios = new Map<string, number>();
  for (const { encoding, file, argv } of REFERENCES) {
    await measure({ argv: [...argv, plain], stdout: join(scratch, file) });
    const [ours, theirs] = await Promise.all([stat(join(indexes, file)), stat(join(scratch, file))]);
    ratios.set(encoding, ours.size / theirs.size);
  }
  await rm(scratch, { recursive: true, force: true });
  return ratios;
}

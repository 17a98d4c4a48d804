/** The wishes of a mirror: those of pakhus.yaml and of the files that it names. */
import { readFile } from 'node:fs/promises';
import type { MirrorConfig } from '../../config/mirrors.ts';
import { PakhusError } from '../../core/pakhus-error.ts';
import { parsePackageList } from './package-list.ts';
import type { Wish } from './wishes.ts';

/** @throws CONFIG_INVALID for a file that is not there, or no list */
export async function readWishes(mirror: MirrorConfig): Promise<readonly Wish[]> {
  const { packages, optional, lists, sections, priorities } = mirror;
  const as = (by: Wish['by'], required: boolean) => (pattern: string) => ({ by, pattern, required });
  const wishes: Wish[] = [
    ...packages.map(as('name', true)),
    ...optional.map(as('name', false)),
    ...sections.map(as('section', true)),
    ...priorities.map(as('priority', true)),
  ];
  for (const path of lists) wishes.push(...parsePackageList(await readList(path), path));
  return wishes;
}

async function readList(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause)) throw cause;
    throw new PakhusError('CONFIG_INVALID', `The list ${path} cannot be read: ${cause.message}`, {
      hint: 'Correct `lists:` of the mirror in pakhus.yaml.',
      details: { path },
      cause,
    });
  }
}

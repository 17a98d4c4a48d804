/**
 * Control stanzas to make packages from.
 *
 * ```
 * /var/lib/apt/lists/*_Packages.lz4 ──apt-helper──▶ stanzas ──▶ without what an archive adds ──▶ one per name
 *                                        (no lists, or too few of them: synthetic-stanzas.ts fills up)
 * ```
 */
import { execFile } from 'node:child_process';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { ControlStanza } from './control-stanza.ts';
import { createRandom, shuffled } from './random.ts';
import { syntheticStanza } from './synthetic-stanzas.ts';

/** Where apt keeps the indexes that it fetched: sources.list(5), apt-get(8) FILES. */
export const APT_LISTS = '/var/lib/apt/lists';

const APT_HELPER = '/usr/lib/apt/apt-helper';
const ADDED_BY_ARCHIVES = /^(filename|size|md5sum|sha1|sha256|sha512|description-md5)$/;

/** Index files in `folder`, each with what changes when apt fetches it anew; none when the folder is missing. */
export async function findAptLists(folder: string): Promise<{ path: string; version: string }[]> {
  const names = await readdir(folder).catch(() => []);
  const indexes = names.filter((name) => /_Packages(\.(gz|xz|lz4|zst|bz2))?$/.test(name)).sort();
  return Promise.all(
    indexes.map(async (name) => {
      const { size, mtimeMs } = await stat(join(folder, name));
      return { path: join(folder, name), version: `${name} ${size} ${Math.floor(mtimeMs)}` };
    }),
  );
}

/**
 * `count` stanzas, one per package name (reprepro keeps one version of a name), drawn by `seed` from `lists`.
 * What the lists lack is made up.
 */
export async function drawStanzas(
  count: number,
  options: { readonly lists: readonly string[]; readonly seed: number },
): Promise<ControlStanza[]> {
  const byName = new Map<string, ControlStanza>();
  for (const list of options.lists) {
    for (const stanza of parseStanzas(await readIndex(list))) {
      if (!byName.has(stanza.name)) byName.set(stanza.name, stanza);
    }
  }
  const random = createRandom(options.seed);
  const drawn = shuffled([...byName.values()], random).slice(0, count);
  for (let i = 0; drawn.length < count; i++) drawn.push(syntheticStanza(i, random));
  return drawn;
}

/** Reads an index: stanzas of amd64 and `all`, without the fields that an archive adds. */
export function parseStanzas(index: string): ControlStanza[] {
  const stanzas: ControlStanza[] = [];
  for (const text of index.split(/\n{2,}/)) {
    const fields = text.match(/^[^\s].*(\n[ \t].*)*/gm) ?? [];
    const own = fields.filter((field) => !ADDED_BY_ARCHIVES.test(nameOf(field)));
    const name = fieldValue(own, 'package');
    const version = fieldValue(own, 'version');
    const architecture = fieldValue(own, 'architecture');
    if (name === undefined || version === undefined) continue;
    if (architecture !== 'amd64' && architecture !== 'all') continue;
    stanzas.push({ name, version, architecture, control: own.join('\n') });
  }
  return stanzas;
}

/** apt-helper reads every compression that apt itself writes into its lists. */
async function readIndex(path: string): Promise<string> {
  const run = promisify(execFile);
  const { stdout } = await run(APT_HELPER, ['cat-file', path], { maxBuffer: 2 ** 29 });
  return stdout;
}

function nameOf(field: string): string {
  return field.slice(0, field.indexOf(':')).toLowerCase();
}

function fieldValue(fields: readonly string[], name: string): string | undefined {
  const field = fields.find((candidate) => nameOf(candidate) === name);
  return field?.slice(field.indexOf(':') + 1).trim();
}

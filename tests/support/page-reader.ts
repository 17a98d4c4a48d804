/** Pages as somebody without scripts reads them: from `index.html` from link to link. */
import { dirname, join } from 'node:path/posix';
import { readBytes } from '../../src/storage/read-all.ts';
import type { Storage } from '../../src/storage/storage.ts';

export interface PagesRead {
  readonly front: string;
  /** `name version`, as the lists have them; one that two runs have is there twice. */
  readonly packages: readonly string[];
  /** Keys of all pages that were met, and of what they are made with. */
  readonly pages: readonly string[];
  /** Text of the pages that tell all of a package. */
  readonly sheets: readonly string[];
}

/** Follows every link below the folder of a repository. Fails where one leads to nothing. */
export async function readPages(store: Storage, folder = 'deb'): Promise<PagesRead> {
  const read = async (key: string): Promise<string> =>
    Buffer.from(await readBytes(store, key, { limitBytes: 10_000_000 })).toString();
  const met = new Map<string, string>();
  const sheets: string[] = [];
  const packages: string[] = [];
  const follow = async (key: string): Promise<void> => {
    if (met.has(key)) return;
    const text = await read(key);
    met.set(key, text);
    for (const target of linksIn(text)) {
      const path = join(dirname(key), target);
      if (/\/pages\/[^/]+\.html$/.test(path)) await follow(path);
      else if (path.includes('/pages/')) met.set(path, await read(path));
      else await store.stat(path);
    }
    packages.push(...packagesIn(text));
    if (text.includes('<article')) sheets.push(text);
  };
  await follow(`${folder}/index.html`);
  const front = met.get(`${folder}/index.html`) ?? '';
  const pages = [...met.keys()].filter((key) => key !== `${folder}/index.html`).sort();
  return { front, packages: packages.sort(), pages, sheets };
}

/** Addresses of files beside the page. */
function linksIn(text: string): readonly string[] {
  return [...text.matchAll(/(?:href|src)="([^"]*)"/g)].flatMap(([, target = '']) =>
    /^[a-z]+:/.test(target) ? [] : [decodeURIComponent(target.replace(/#.*$/, ''))],
  );
}

function packagesIn(text: string): readonly string[] {
  const items = text.matchAll(/<li><a href="[^"]+#\d+">([^<]*)<\/a> <b>([^<]*)<\/b>/g);
  return [...items].map(([, name, version]) => `${name} ${version}`);
}

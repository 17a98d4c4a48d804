import { gunzipSync } from 'node:zlib';
import { sha256Hex } from '../../src/core/digest.ts';
import { joinPath } from '../../src/storage/prefix.ts';
import { readBytes } from '../../src/storage/read-all.ts';
import type { Storage } from '../../src/storage/storage.ts';

/** What a client that follows the index would install. */
export interface SeenRepository {
  /** The signed date, milliseconds since 1970. */
  readonly dateMs: number;
  /** `name version`, sorted. */
  readonly packages: readonly string[];
}

const LIMIT = { limitBytes: 100_000_000 };

/**
 * Reads a channel as apt does: the entry, every index by its hash, or at its usual name where the entry promises no others, every
 * package file. Throws at the first thing that is
 * missing or has other bytes. Undefined when the entry does not exist.
 */
export async function readAsClient(
  store: Storage,
  repository: string,
  channel: string,
): Promise<SeenRepository | undefined> {
  const folder = joinPath(repository, `dists/${channel}`);
  const entry = await readIfThere(store, `${folder}/InRelease`);
  if (entry === undefined) return undefined;
  const packages = new Set<string>();
  for (const { sha256, sizeBytes, path } of listedFiles(entry)) {
    if (!path.endsWith('.gz')) continue;
    const byHash = `${path.slice(0, path.lastIndexOf('/'))}/by-hash/SHA256/${sha256}`;
    const name = /^Acquire-By-Hash: yes$/m.test(entry) ? byHash : path;
    const bytes = await readChecked(store, { key: `${folder}/${name}`, sizeBytes, sha256 });
    for (const stanza of gunzipSync(bytes).toString('utf8').split('\n\n')) {
      if (stanza.trim() === '') continue;
      const field = (name: string): string => new RegExp(`^${name}: (.*)$`, 'm').exec(stanza)?.[1] ?? '';
      await readChecked(store, {
        key: joinPath(repository, field('Filename')),
        sizeBytes: Number(field('Size')),
        sha256: field('SHA256'),
      });
      packages.add(`${field('Package')} ${field('Version')}`);
    }
  }
  return { dateMs: Date.parse(/^Date: (.*)$/m.exec(entry)?.[1] ?? ''), packages: [...packages].sort() };
}

function listedFiles(release: string): { sha256: string; sizeBytes: number; path: string }[] {
  return [...release.matchAll(/^ ([0-9a-f]{64}) +(\d+) (\S+)$/gm)].map(
    ([, sha256 = '', size, path = '']) => ({
      sha256,
      sizeBytes: Number(size),
      path,
    }),
  );
}

async function readChecked(
  store: Storage,
  file: { readonly key: string; readonly sizeBytes: number; readonly sha256: string },
): Promise<Uint8Array> {
  const bytes = await readBytes(store, file.key, LIMIT);
  if (bytes.length !== file.sizeBytes || sha256Hex(bytes) !== file.sha256)
    throw new Error(`${file.key} is not what is listed`);
  return bytes;
}

async function readIfThere(store: Storage, key: string): Promise<string | undefined> {
  for await (const object of store.list(key)) {
    if (object.key === key) return Buffer.from(await readBytes(store, key, LIMIT)).toString('utf8');
  }
  return undefined;
}

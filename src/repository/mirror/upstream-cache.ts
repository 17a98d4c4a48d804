/** Files of an upstream that were fetched before, in the user's own cache. Whoever loses it fetches them again; nothing in it is believed. */
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256Hex } from '../../core/digest.ts';
import { isRecord } from '../../core/shape.ts';

/** What a server said of a file, for asking whether it changed. */
export interface Remembered {
  readonly etag: string | undefined;
  readonly lastModified: string | undefined;
  readonly bytes: Uint8Array;
}

export interface UpstreamCache {
  /** The file at a URL, as it was the last time. */
  recall(url: string): Promise<Remembered | undefined>;
  remember(url: string, file: Remembered): Promise<void>;
  /** The file with this digest. */
  get(sha256: string): Promise<Uint8Array | undefined>;
  put(sha256: string, bytes: Uint8Array): Promise<void>;
  /** Deletes what nobody asked for, or put, since it was opened. */
  prune(): Promise<void>;
}

export function createUpstreamCache(folder: string): UpstreamCache {
  const used = new Set<string>();
  const read = async (name: string): Promise<Uint8Array | undefined> => {
    used.add(name);
    try {
      return await readFile(join(folder, name));
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
      throw error;
    }
  };
  const write = async (name: string, bytes: Uint8Array): Promise<void> => {
    used.add(name);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const temporary = join(folder, `${name}.${process.pid}.part`);
    await writeFile(temporary, bytes, { mode: 0o600 });
    await rename(temporary, join(folder, name));
  };
  return {
    recall: async (url) => {
      const bytes = await read(nameOf(url));
      return bytes && parse(bytes);
    },
    remember: (url, { etag, lastModified, bytes }) => {
      const text = Buffer.from(bytes).toString('base64');
      return write(nameOf(url), Buffer.from(JSON.stringify({ etag, lastModified, bytes: text })));
    },
    get: async (sha256) => {
      const bytes = await read(sha256);
      return bytes !== undefined && sha256Hex(bytes) === sha256 ? bytes : undefined;
    },
    put: write,
    async prune() {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      for (const name of await readdir(folder))
        if (!used.has(name)) await rm(join(folder, name), { force: true });
    },
  };
}

function nameOf(url: string): string {
  return `url-${sha256Hex(Buffer.from(url))}`;
}

function parse(json: Uint8Array): Remembered | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(json).toString());
    if (!isRecord(value) || typeof value['bytes'] !== 'string') return undefined;
    const textOf = (name: string): string | undefined => {
      const text = value[name];
      return typeof text === 'string' ? text : undefined;
    };
    return {
      etag: textOf('etag'),
      lastModified: textOf('lastModified'),
      bytes: Buffer.from(value['bytes'], 'base64'),
    };
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

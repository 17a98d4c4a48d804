/** Files of an upstream that were fetched before, in the user's own cache. Whoever loses it fetches them again; nothing in it is believed. */
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256Hex } from '../../core/digest.ts';
import { arrayOf, field, num, optional, text } from '../../core/shape.ts';

/** What a server said of a file, for asking whether it changed. */
export interface Remembered {
  readonly etag: string | undefined;
  readonly lastModified: string | undefined;
  readonly bytes: Uint8Array;
}

export interface SyncNote {
  /** Of all that decides about the outcome. */
  readonly state: string;
  readonly packages: number;
  readonly sizeBytes: number;
  readonly elsewhere: readonly string[];
}

export interface UpstreamCache {
  /** The file at a URL, as it was the last time. */
  recall(url: string): Promise<Remembered | undefined>;
  remember(url: string, file: Remembered): Promise<void>;
  /** The file with this digest. */
  get(sha256: string): Promise<Uint8Array | undefined>;
  put(sha256: string, bytes: Uint8Array): Promise<void>;
  /** How a sync ended after which nothing was left to do. */
  lastSync(): Promise<SyncNote | undefined>;
  noteSync(note: SyncNote): Promise<void>;
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
      return bytes && readJson(bytes, readRemembered);
    },
    remember: (url, { etag, lastModified, bytes }) => {
      const base64 = Buffer.from(bytes).toString('base64');
      return write(nameOf(url), Buffer.from(JSON.stringify({ etag, lastModified, bytes: base64 })));
    },
    get: async (sha256) => {
      const bytes = await read(sha256);
      return bytes !== undefined && sha256Hex(bytes) === sha256 ? bytes : undefined;
    },
    put: write,
    lastSync: async () => {
      const bytes = await read(LAST_SYNC);
      return bytes && readJson(bytes, readNote);
    },
    noteSync: (note) => write(LAST_SYNC, Buffer.from(JSON.stringify(note))),
    async prune() {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      for (const name of await readdir(folder))
        if (!used.has(name)) await rm(join(folder, name), { force: true });
    },
  };
}

const LAST_SYNC = 'last-sync';

function nameOf(url: string): string {
  return `url-${sha256Hex(Buffer.from(url))}`;
}

function readRemembered(value: unknown): Remembered {
  return {
    etag: field(value, 'etag', (one) => optional(one, text)),
    lastModified: field(value, 'lastModified', (one) => optional(one, text)),
    bytes: Buffer.from(field(value, 'bytes', text), 'base64'),
  };
}

function readNote(value: unknown): SyncNote {
  return {
    state: field(value, 'state', text),
    packages: field(value, 'packages', num),
    sizeBytes: field(value, 'sizeBytes', num),
    elsewhere: field(value, 'elsewhere', arrayOf(text)),
  };
}

/** What cannot be read is as good as nothing. */
function readJson<T>(json: Uint8Array, read: (value: unknown) => T): T | undefined {
  try {
    return read(JSON.parse(Buffer.from(json).toString()));
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) return undefined;
    throw error;
  }
}

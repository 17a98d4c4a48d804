/**
 * A client that looks after every change: it begins with InRelease as apt does, asks for indexes by their hash, and wants every package file
 * that they name. What it found once it knows by digest, and looks again at what was changed.
 */
import { gunzipSync } from 'node:zlib';
import { TREE } from '../world/open-repository.ts';
import { openClear } from '../world/repository-keys.ts';
import type { Shadow } from './shadow.ts';

/** What a client of a channel sees. */
export interface ClientView {
  readonly dateMs: number;
  /** `name version architecture sha256`, sorted. */
  readonly packages: readonly string[];
}

interface WantedFile {
  readonly key: string;
  readonly sha256: string;
}

interface ReadIndex {
  readonly packages: readonly string[];
  readonly files: readonly WantedFile[];
}

/** What an entry named, from when until when it was the channel's. */
interface Handed {
  /** Digests by key. */
  readonly files: ReadonlyMap<string, string>;
  readonly fromMs: number;
  untilMs: number;
}

/** Whoever was handed an index finds its files for so long after it was replaced. */
const GRACE_MS = 14 * 86_400_000;
/** An index that was replaced within a minute may go after a day. */
const BRIEF_MS = 60_000;
const BRIEF_GRACE_MS = 86_400_000;

export interface ClientChecker {
  /** Reads the channel from its entry on. @throws Error at the first thing that is missing or has other bytes */
  read(channel: string): ClientView | undefined;
  /** An object was changed or deleted. @throws Error when somebody reads it and it is not what their index says */
  changed(key: string): void;
}

/** `now`: the store's clock. */
export function createClientChecker(shadow: Shadow, now: () => number): ClientChecker {
  const indexes = new Map<string, ReadIndex>();
  /** By channel, the newest last. */
  const handed = new Map<string, Handed[]>();

  const isDue = ({ fromMs, untilMs }: Handed, key: string): boolean => {
    const isBrief = untilMs - fromMs < BRIEF_MS && key.includes('/by-hash/');
    return now() - untilMs < (isBrief ? BRIEF_GRACE_MS : GRACE_MS);
  };
  const hand = (channel: string, files: Handed['files']): void => {
    const before = handed.get(channel) ?? [];
    const last = before.at(-1);
    if (last !== undefined) last.untilMs = now();
    handed.set(channel, [...before, { files, fromMs: now(), untilMs: Number.POSITIVE_INFINITY }]);
  };

  const check = ({ key, sha256 }: WantedFile): void => {
    const found = shadow.sha256(key);
    if (found === undefined) throw new Error(`${key} is named and does not exist`);
    if (found !== sha256) throw new Error(`${key} has other bytes than its index says`);
  };
  const readIndex = (file: WantedFile): ReadIndex => {
    check(file);
    const known = indexes.get(file.sha256);
    if (known !== undefined) return known;
    const read = parseIndex(shadow.bytes(file.key) ?? new Uint8Array());
    indexes.set(file.sha256, read);
    return read;
  };

  return {
    read(channel) {
      const folder = `${TREE}/dists/${channel}`;
      const entry = shadow.bytes(`${folder}/InRelease`);
      if (entry === undefined) return undefined;
      const text = openClear(entry);
      const files = new Map<string, string>();
      const packages = new Set<string>();
      for (const [, sha256 = '', path = ''] of text.matchAll(/^ ([0-9a-f]{64}) +\d+ (\S+\.gz)$/gm)) {
        const key = `${folder}/${path.slice(0, path.lastIndexOf('/'))}/by-hash/SHA256/${sha256}`;
        const index = readIndex({ key, sha256 });
        files.set(key, sha256);
        for (const file of index.files) {
          check(file);
          files.set(file.key, file.sha256);
        }
        for (const one of index.packages) packages.add(one);
      }
      hand(channel, files);
      return { dateMs: Date.parse(/^Date: (.*)$/m.exec(text)?.[1] ?? ''), packages: [...packages].sort() };
    },
    changed(key) {
      for (const one of [...handed.values()].flat()) {
        const sha256 = one.files.get(key);
        if (sha256 !== undefined && isDue(one, key)) check({ key, sha256 });
      }
    },
  };
}

function parseIndex(bytes: Uint8Array): ReadIndex {
  const packages: string[] = [];
  const files: WantedFile[] = [];
  for (const stanza of gunzipSync(bytes).toString('utf8').split('\n\n')) {
    if (stanza.trim() === '') continue;
    const field = (name: string): string => new RegExp(`^${name}: (.*)$`, 'm').exec(stanza)?.[1] ?? '';
    const sha256 = field('SHA256');
    packages.push(`${field('Package')} ${field('Version')} ${field('Architecture')} ${sha256}`);
    files.push({ key: `${TREE}/${field('Filename')}`, sha256 });
  }
  return { packages, files };
}

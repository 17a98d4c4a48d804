/** Mirrors as pakhus.yaml has them. */
import { resolve } from 'node:path';
import { type AptSource, parseAptSource } from './apt-source.ts';
import type { MirrorEntry } from './config-file.ts';
import { type PartialPlace, parsePlace } from './place.ts';
import type { Origin } from './resolved-config.ts';

/** A selection of what upstreams have, kept in a channel of a repository. */
export interface MirrorConfig {
  readonly name: string;
  /** A channel; with a component: everything goes there, whatever component upstream has it in. */
  readonly to: PartialPlace;
  /** Files of keys: absolute paths. */
  readonly sources: readonly AptSource[];
  readonly packages: readonly string[];
  readonly optional: readonly string[];
  /** Absolute paths. */
  readonly lists: readonly string[];
  readonly sections: readonly string[];
  readonly priorities: readonly string[];
  readonly recommends: boolean;
  /** What no source has is an error; otherwise machines have it from elsewhere. */
  readonly strict: boolean;
  /** The environment variable that holds the value of the header Authorization for the sources' hosts. */
  readonly authorization: string | undefined;
  readonly connections: number;
  readonly requestsPerSecond: number | undefined;
  readonly bytesPerSecond: number | undefined;
  readonly origin: Origin;
}

/** Answers of a host under way at once: as many as apt-mirror has, nearly. */
export const DEFAULT_CONNECTIONS = 16;

/** @param at `folder`: where relative paths start. */
export function toMirror(
  name: string,
  {
    entry,
    origin,
    folder,
  }: { readonly entry: MirrorEntry; readonly origin: Origin; readonly folder: string },
): MirrorConfig {
  const sources = entry.sources.map((line) => {
    const source = parseAptSource(line);
    return { ...source, signedBy: source.signedBy.map((path) => resolve(folder, path)) };
  });
  return {
    ...{ name, origin, sources },
    to: parsePlace(entry.to ?? name),
    packages: entry.packages ?? [],
    optional: entry.optional ?? [],
    lists: (entry.lists ?? []).map((path) => resolve(folder, path)),
    sections: entry.sections ?? [],
    priorities: entry.priorities ?? [],
    recommends: entry.recommends ?? false,
    strict: entry.strict ?? false,
    authorization: entry.authorization,
    connections: entry.connections ?? DEFAULT_CONNECTIONS,
    requestsPerSecond: entry.requestsPerSecond,
    bytesPerSecond: entry.bytesPerSecond,
  };
}

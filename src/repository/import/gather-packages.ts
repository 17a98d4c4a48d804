/** One list of packages from all indexes: which run holds which, and what contradicts itself. */
import type { RunKey } from '../../catalog/catalog.ts';
import type { BadEntry, ListedPackage } from '../../formats/adoption.ts';
import { runId } from '../change/step.ts';
import type { ReadIndex } from './read-indexes.ts';

/** A package in a run. */
export interface GatheredPackage {
  readonly run: RunKey;
  readonly listed: ListedPackage;
}

export interface Gathered {
  readonly packages: readonly GatheredPackage[];
  readonly bad: readonly BadEntry[];
}

/** The packages of a channel, each once; packages for all architectures are in several indexes. */
export function gatherPackages(channel: string, indexes: readonly ReadIndex[]): Gathered {
  const bad: BadEntry[] = indexes.flatMap((one) => one.bad);
  const packages: GatheredPackage[] = [];
  const digests = new Map<string, string>();
  const seen = new Set<string>();
  for (const { index, packages: found } of indexes) {
    for (const listed of found) {
      const { name, version, architecture, path, sha256 } = listed.record;
      const run = { channel, component: index.component, slot: listed.slot };
      const identity = [name, version, architecture].join(' ');
      const known = digests.get(identity);
      if (known !== undefined && known !== sha256) {
        const problem = `${channel} lists ${identity} twice, with different bytes`;
        if (!bad.some((one) => one.where === path && one.problem === problem))
          bad.push({ where: path, problem });
        continue;
      }
      digests.set(identity, sha256);
      const id = `${runId(run)}\n${identity}`;
      if (seen.has(id)) continue;
      seen.add(id);
      packages.push({ run, listed });
    }
  }
  return { packages, bad };
}

/** One list of packages from all indexes of a channel: which run holds which, and what contradicts itself. */
import type { RunKey } from '../../catalog/catalog.ts';
import type { AdoptionRules, BadEntry, ListedPackage } from '../../formats/adoption.ts';
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
  /** Packages that fit several indexes of their component and are not in all of them. */
  readonly widened: number;
}

/** Each package once, although those for all architectures are in several indexes. */
export function gatherPackages(
  channel: string,
  { indexes, rules }: { readonly indexes: readonly ReadIndex[]; readonly rules: AdoptionRules },
): Gathered {
  const bad = new Map<string, BadEntry>();
  for (const entry of indexes.flatMap((one) => one.bad)) bad.set(`${entry.where}\n${entry.problem}`, entry);
  const digests = new Map<string, string>();
  const found = new Map<string, { readonly one: GatheredPackage; count: number }>();
  for (const { index, packages } of indexes) {
    for (const listed of packages) {
      const { name, version, architecture, path, sha256 } = listed.record;
      const identity = [name, version, architecture].join(' ');
      const known = digests.get(identity) ?? sha256;
      if (known !== sha256) {
        const problem = `${channel} lists ${identity} twice, with different bytes`;
        bad.set(`${path}\n${problem}`, { where: path, problem });
        continue;
      }
      digests.set(identity, sha256);
      const run = { channel, component: index.component, slot: listed.slot };
      const id = `${runId(run)}\n${identity}`;
      const before = found.get(id);
      if (before === undefined) found.set(id, { one: { run, listed }, count: 1 });
      else before.count += 1;
    }
  }
  const all = [...found.values()];
  const fitting = ({ run, listed }: GatheredPackage): number =>
    indexes.filter(({ index }) => index.component === run.component && rules.fits(index, listed)).length;
  const widened = all.filter(({ one, count }) => count < fitting(one)).length;
  return { packages: all.map(({ one }) => one), bad: [...bad.values()], widened };
}

import type { PackageRecord, Relation, Relations } from '../format.ts';
import { readDesc } from './desc.ts';

const OPERATORS = { '<': '<<', '<=': '<=', '=': '=', '>=': '>=', '>': '>>' } as const;

/** What a package needs and gives, as far as its fields can be understood. */
export function readRelations({ metadata }: Pick<PackageRecord, 'metadata'>): Relations {
  const desc = readDesc(metadata);
  const all = (values: readonly string[] = []): readonly Relation[] => values.flatMap(parse);
  // An optional dependency is "name: what for".
  const optional = desc.OPTDEPENDS?.map((one) => one.replace(/: .*$|:$/, ''));
  return {
    depends: all(desc.DEPENDS).map((one) => [one]),
    recommends: all(optional).map((one) => [one]),
    conflicts: all(desc.CONFLICTS),
    provides: all(desc.PROVIDES),
  };
}

/** `name`, or `name` and a version: `glibc>=2.38`. */
function parse(text: string): readonly Relation[] {
  const [, name, sign, version] = /^([^<>=\s]+)(?:(<=|>=|<|>|=)(\S+))?$/.exec(text) ?? [];
  if (name === undefined) return [];
  const operator = Object.entries(OPERATORS).find(([one]) => one === sign)?.[1];
  return [operator === undefined || version === undefined ? { name } : { name, operator, version }];
}

/** The slow way to tell what can be installed: every set of packages is tried. An oracle for universes of some ten packages. */
import fc from 'fast-check';
import type { Relation } from '../../src/formats/format.ts';
import { compareVersions } from '../../src/formats/shared/dpkg-version.ts';
import type { Candidate } from '../../src/repository/gate/candidates.ts';
import { AMD64 } from './install-kit.ts';

function answers({ name, version, provides }: Candidate, relation: Relation): boolean {
  const { operator, version: wanted } = relation;
  return [{ name, version }, ...provides].some((one) => {
    if (one.name !== relation.name) return false;
    if (operator === undefined || wanted === undefined) return true;
    if (one.version === undefined) return false;
    const order = compareVersions(one.version, wanted);
    return { '<<': order < 0, '<=': order <= 0, '=': order === 0, '>=': order >= 0, '>>': order > 0 }[
      operator
    ];
  });
}

/** Names that can be installed from these candidates; a name for which `isElsewhere` holds is always there. */
export function installableByForce(
  all: readonly Candidate[],
  isElsewhere: (name: string) => boolean,
): ReadonlySet<string> {
  const found = new Set<string>();
  for (let bits = 0; bits < 2 ** all.length; bits++) {
    const set = all.filter((_, index) => (bits & (1 << index)) !== 0);
    const isFine = set.every(
      (one) =>
        one.needs.every((need) =>
          AMD64.relationsOf(need).some(
            (relation) => isElsewhere(relation.name) || set.some((other) => answers(other, relation)),
          ),
        ) &&
        one.conflicts
          .flatMap(AMD64.relationsOf)
          .every((relation) => set.every((other) => other === one || !answers(other, relation))),
    );
    if (isFine) for (const { name } of set) found.add(name);
  }
  return found;
}

const VERSION = fc.constantFrom('1', '2', '3');
const NAME = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'v', 'w');
const RELATION: fc.Arbitrary<string> = fc
  .tuple(
    NAME,
    fc.option(fc.tuple(fc.constantFrom('<<', '<=', '=', '>=', '>>'), VERSION), { freq: 2 }),
    fc.constantFrom('', '', '', ':any'),
  )
  .map(
    ([name, bound, qualifier]) => `${name}${qualifier}${bound === null ? '' : ` (${bound[0]} ${bound[1]})`}`,
  );
const NEED = fc
  .array(RELATION, { minLength: 1, maxLength: 2 })
  .map((alternatives) => alternatives.join(' | '));

/** A package in a line, as `specRecord` takes it, with few names and versions, so that many relations meet somebody. */
export const ANY_SPEC: fc.Arbitrary<string> = fc
  .record({
    name: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
    version: VERSION,
    Depends: fc.option(fc.array(NEED, { minLength: 1, maxLength: 2 })),
    Conflicts: fc.option(fc.array(RELATION, { minLength: 1, maxLength: 2 }), { freq: 2 }),
    Breaks: fc.option(
      RELATION.map((one) => [one]),
      { freq: 1 },
    ),
    Provides: fc.option(fc.constantFrom(['v'], ['w'], ['v (= 2)', 'w'], ['a (= 3)'])),
    'Multi-Arch': fc.option(fc.constantFrom(['allowed'], ['foreign'])),
  })
  .map(({ name, version, ...fields }) =>
    [
      `${name} ${version}`,
      ...Object.entries(fields).flatMap(([field, value]) =>
        value === null ? [] : `${field}: ${value.join(', ')}`,
      ),
    ].join('; '),
  );

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatByName } from '../../formats/table.ts';
import { superseded } from './keep.ts';

const pacman = formatByName('pacman');

/** `slot version` */
function held(spec: string) {
  const [slot = '', version = ''] = spec.split(' ');
  const record = {
    name: 'tool',
    version,
    architecture: slot,
    path: spec,
    sizeBytes: 1,
    sha256: '',
    metadata: '',
  };
  return { slot, record };
}

const left = (specs: readonly string[]): readonly string[] => {
  const gone = superseded(specs.map(held), pacman).map(({ record }) => record.path);
  return specs.filter((spec) => !gone.includes(spec));
};

describe('of a name that an index can have once', () => {
  test.each<[what: string, held: string[], left: string[]]>([
    ['the newest stays, in the order of the client', ['x86_64 1.9-1', 'x86_64 1.10-1'], ['x86_64 1.10-1']],
    ['each architecture has its own', ['x86_64 1-1', 'aarch64 2-1'], ['x86_64 1-1', 'aarch64 2-1']],
    ['one for all gives way to a newer one', ['any 1-1', 'x86_64 2-1'], ['x86_64 2-1']],
    ['one for all wins when it is newer', ['any 2-1', 'x86_64 1-1', 'aarch64 1-1'], ['any 2-1']],
    ['of the same version the one for an architecture stays', ['any 1-1', 'x86_64 1-1'], ['x86_64 1-1']],
    ['whatever its name', ['any 1-1', 'aarch64 1-1'], ['aarch64 1-1']],
    [
      'one that gave way pushes nothing out',
      ['x86_64 3-1', 'any 2-1', 'aarch64 1-1'],
      ['x86_64 3-1', 'aarch64 1-1'],
    ],
  ])('%s', (_what, specs, expected) => {
    expect(left(specs)).toEqual(expected);
  });

  test('no index lists two, none of those who gave way is newer, and the order does not matter', () => {
    const spec = fc
      .tuple(fc.constantFrom('any', 'x86_64', 'aarch64'), fc.integer({ min: 1, max: 5 }))
      .map(([slot, version]) => `${slot} ${version}-1`);
    const specs = fc.uniqueArray(spec, { maxLength: 10 });
    fc.assert(
      fc.property(specs, fc.nat(), (some, turn) => {
        const kept = left(some);
        for (const slot of ['x86_64', 'aarch64'])
          expect(
            kept.filter((one) => one.startsWith('any ') || one.startsWith(`${slot} `)).length,
          ).toBeLessThan(2);
        const newest = some.toSorted((a, b) => versionOf(b) - versionOf(a))[0];
        if (newest !== undefined) expect(Math.max(...kept.map(versionOf))).toBe(versionOf(newest));
        const at = some.length === 0 ? 0 : turn % some.length;
        const turned = [...some.slice(at), ...some.slice(0, at)];
        expect([...left(turned)].sort()).toEqual([...kept].sort());
      }),
    );
  });
});

function versionOf(spec: string): number {
  return Number(spec.split(' ')[1]?.split('-')[0]);
}

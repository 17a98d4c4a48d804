/** What the gate takes for installable, asked of the real apt: every fact of the table, and universes made by chance. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compareVersions } from '../../../src/formats/shared/dpkg-version.ts';
import { findDeadEnds } from '../../../src/repository/gate/dead-ends.ts';
import { createEffort } from '../../../src/repository/gate/effort.ts';
import { findInstallable } from '../../../src/repository/gate/installable.ts';
import { AFTER } from '../../../src/repository/gate/side.ts';
import { createUniverse } from '../../../src/repository/gate/universe.ts';
import { type AptRoot, createAptRoot } from '../../support/apt.ts';
import { aptClients } from '../../support/apt-clients.ts';
import { ANY_SPEC } from '../../support/install-brute-force.ts';
import { INSTALL_FACTS, readSpec } from '../../support/install-facts.ts';
import { AMD64, candidatesOf, renderSpec } from '../../support/install-kit.ts';
import { succeeded } from '../../support/run-command.ts';
import { describeWith } from '../../support/skip.ts';

/** A universe has a prefix of its own, so that one index holds all of them. */
const FACTS = INSTALL_FACTS.map((fact, index) => ({ ...fact, prefix: `fact${index}-` }));
const SOME = fc.uniqueArray(ANY_SPEC, { minLength: 6, maxLength: 9, selector: (line) => line.split(';')[0] });
const UNIVERSES = fc
  .sample(SOME, { numRuns: 24, seed: 13 })
  .map((lines, index) => lines.map((line) => line.replaceAll(/\b[a-evw]\b/g, `chance${index}-$&`)));

/** The lines of all packages, without `%`. */
const ALL: readonly string[] = [
  ...FACTS.flatMap(({ packages, prefix }) => packages.map((line) => line.replaceAll('%', prefix))),
  ...UNIVERSES.flat(),
];

/** A machine that has the index and nothing else. */
async function withIndex(apt: AptRoot): Promise<void> {
  await mkdir(join(apt.path, 'repository'));
  const rest = `Maintainer: Tests <tests@example.org>\nSize: 1\nSHA256: ${'0'.repeat(64)}\nDescription: x\n`;
  const stanzas = ALL.map(
    (line, index) => `${renderSpec(readSpec(line))}\nFilename: ./${index}.deb\n${rest}\n`,
  );
  await writeFile(join(apt.path, 'repository/Packages'), stanzas.join(''));
  await apt.setSources(`Types: deb\nURIs: copy:${apt.inside}/repository\nSuites: ./\nTrusted: yes\n`);
  succeeded(await apt.update());
}

/** Those of `names` that apt would install. */
async function installable(apt: AptRoot, names: readonly string[]): Promise<ReadonlySet<string>> {
  const script = 'for name; do apt-get -s -y install "$name" >/dev/null 2>&1 && echo "$name"; done; true';
  return new Set(succeeded(await apt.run('sh', '-c', script, 'ask', ...names)).stdout.split('\n'));
}

function namesOf(lines: readonly string[]): readonly string[] {
  return [...new Set(lines.map((line) => readSpec(line).name))];
}

/** Those that the gate takes for installable. */
function judged(lines: readonly string[]): ReadonlySet<string> {
  const nodes = candidatesOf(...lines.map((line) => [line, AFTER] as const));
  const effort = createEffort(1_000_000);
  const universe = createUniverse(nodes, { reader: AMD64, compareVersions, strict: true, effort });
  const found = findInstallable(universe, [...nodes.keys()], {
    deadEnds: findDeadEnds(universe, AFTER),
    effort,
  });
  return new Set(nodes.filter((_, node) => found.installable.has(node)).map(({ name }) => name));
}

for (const { name, lack, client } of await aptClients()) {
  describeWith(name, lack, () => {
    test('knows all facts', async () => {
      await using apt = await createAptRoot(client(), { sources: '' });
      await withIndex(apt);
      const asked = FACTS.map(({ title, prefix, can = [], cannot = [] }) => {
        const [yes, no] = [can, cannot].map((names) => names.map((one) => one.replaceAll('%', prefix)));
        return { title, yes: yes ?? [], no: no ?? [] };
      });
      const found = await installable(
        apt,
        asked.flatMap(({ yes, no }) => [...yes, ...no]),
      );
      const told = asked.map(({ title, yes, no }) => ({
        title,
        yes: yes.filter((one) => found.has(one)),
        no: no.filter((one) => !found.has(one)),
      }));
      expect(told).toEqual(asked);
    });

    test('installs what the gate takes for installable, and nothing else', async () => {
      await using apt = await createAptRoot(client(), { sources: '' });
      await withIndex(apt);
      const found = await installable(apt, namesOf(UNIVERSES.flat()));
      const ours = new Set(UNIVERSES.flatMap((lines) => [...judged(lines)]));
      expect([...found].filter((one) => one !== '' && !ours.has(one))).toEqual([]);
      expect(ours.size).toBeGreaterThan(40);
      const missed = [...ours].filter((one) => !found.has(one));
      // The resolver of apt before 3.0 does not look for other alternatives once it met a conflict.
      if (!/apt 2\./.test(name)) expect(missed).toEqual([]);
      expect(missed.length).toBeLessThan(4);
    });
  });
}

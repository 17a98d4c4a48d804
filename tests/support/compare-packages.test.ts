import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { comparePackages, indexWith } from './compare-packages.ts';
import { fixtureRepository } from './fixture-repository.ts';
import { describeWith, lackOfTool } from './skip.ts';

const STANZA = 'Package: a\nVersion: 1\nArchitecture: all\nDescription: short\n long\n .\n more\n';

describe('two Packages files', () => {
  test.each([
    ['the same', STANZA, []],
    [
      'fields in another order',
      'Version: 1\nPackage: a\nArchitecture: all\nDescription: short\n long\n .\n more\n',
      [],
    ],
    ['names in another case', STANZA.replace('Version', 'VERSION'), []],
    [
      'another value',
      STANZA.replace('short', 'brief'),
      ['a 1 all: description: ours "short\\n long\\n .\\n more", theirs "brief\\n long\\n .\\n more"'],
    ],
    [
      'a missing field',
      STANZA.replace(/^Description.*/ms, ''),
      ['a 1 all: description: ours "short\\n long\\n .\\n more", theirs undefined'],
    ],
    ['another stanza', STANZA.replace('1', '2'), ['a 1 all: only in ours', 'a 2 all: only in theirs']],
  ])('with %s', (_name, other, differences) => {
    expect(comparePackages(STANZA, other)).toEqual(differences);
  });

  test('with an ignored field', () => {
    expect(comparePackages(STANZA, `${STANZA}Description-md5: 0\n`, { ignore: ['description-md5'] })).toEqual(
      [],
    );
  });
});

for (const indexer of ['dpkg-scanpackages', 'apt-ftparchive'] as const) {
  describeWith(`${indexer} of this machine`, lackOfTool(indexer), () => {
    test('agrees with the recorded index of the fixtures', async () => {
      const root = fixtureRepository();
      const recorded = await readFile(join(root, `expected/Packages.${indexer}`), 'utf8');
      expect(comparePackages(recorded, await indexWith(indexer, { root, pool: 'pool' }))).toEqual([]);
    });
  });
}

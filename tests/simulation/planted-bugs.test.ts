/** The simulation must find out what it is there for: each of these stores lacks one promise on which the ledger rests. */
import { expect, test } from 'vitest';
import type { Storage } from '../../src/storage/storage.ts';
import { createS3World } from './s3/s3-world.ts';
import { prepareSimulation } from './world/prepare.ts';
import { simulate } from './world/simulate.ts';
import type { CreateWorld, StoreKind } from './world/world.ts';

const SEEDS = 100;

interface PlantedBug {
  readonly what: string;
  readonly kind: StoreKind;
  readonly create?: CreateWorld;
  readonly sabotage: (store: Storage) => Storage;
  readonly found: RegExp;
}

const BUGS: readonly PlantedBug[] = [
  {
    what: 'two writers can create one record',
    kind: 'bucket',
    sabotage: (store) => ({
      ...store,
      write: (key, body, { ifAbsent, ...call } = {}) =>
        store.write(key, body, ifAbsent && !key.includes('/log/') ? { ...call, ifAbsent } : call),
    }),
    found: /the record .* was touched/,
  },
  {
    what: 'a package is lost on its way to S3',
    kind: 's3 honest',
    create: createS3World,
    sabotage: (store) => ({
      ...store,
      write: async (key, body, call) =>
        key.includes('/pool/')
          ? { key, sizeBytes: 0, modifiedMs: 0, etag: '' }
          : store.write(key, body, call),
    }),
    found: /is named and does not exist|is not there/,
  },
  {
    what: 'an older pointer can replace a newer one',
    kind: 'bucket',
    sabotage: (store) => ({
      ...store,
      write: (key, body, { ifMatch: _, ...call } = {}) => store.write(key, body, call),
    }),
    found: /went back|is older/,
  },
  {
    what: 'a write is acknowledged and forgotten',
    kind: 'directory',
    sabotage: (store) => {
      let writes = 0;
      return {
        ...store,
        write: async (key, body, call) =>
          ++writes % 50 === 0 && key.includes('/pool/')
            ? { key, sizeBytes: 0, modifiedMs: 0, etag: '' }
            : store.write(key, body, call),
      };
    },
    found: /is named and does not exist|is not there/,
  },
];

test.each(BUGS)('$what: found out', { timeout: 120_000 }, async ({ kind, create, sabotage, found }) => {
  await using preparation = await prepareSimulation(create, create && [kind]);
  const { palette } = preparation;
  const problems: string[] = [];
  for (let seed = 1; seed <= SEEDS && problems.length === 0; seed++) {
    await simulate({ seed, kind, palette, sabotage, ...(create && { create }) }).catch((error: Error) =>
      problems.push(error.message),
    );
  }
  expect(problems.join()).toMatch(found);
});

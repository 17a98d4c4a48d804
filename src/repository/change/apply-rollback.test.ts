/** A rollback among other intents of one commit. The base holds `there 1.0` in stable; all revisions before it held nothing. */
import { describe, expect, test } from 'vitest';
import {
  add,
  apply,
  BASE,
  BASE_INPUT,
  NEW_PATH,
  PROMOTED,
  SETTINGS,
  STABLE,
  settings,
  TESTING,
  THERE,
} from '../../../tests/support/intent-kit.ts';
import type { Catalog } from '../../catalog/catalog.ts';
import { restorePlace } from './apply-rollback.ts';
import { createChanges } from './changes.ts';

function rollback(place: object, to = 3): object {
  return { type: 'rollback', place, to };
}

/** The edits as lines. */
async function edits(...intents: readonly unknown[]): Promise<readonly string[]> {
  const { changes, settled } = await apply(intents);
  expect(settled.filter(({ rejected }) => rejected !== undefined)).toEqual([]);
  return changes
    .edits()
    .flatMap(({ run, put, drop }) => [
      ...put.map(({ name }) => `+ ${name} in ${run.channel}`),
      ...drop.map(({ name }) => `- ${name} in ${run.channel}`),
    ]);
}

describe('in the order of the intents', () => {
  test('what came to the place before it is undone as well', async () => {
    expect(await edits([add(NEW_PATH)], [rollback(STABLE)])).toEqual(['- there in stable']);
  });

  test('what comes after it stays', async () => {
    expect(await edits([rollback(STABLE)], [add(NEW_PATH)])).toEqual([
      '+ new in stable',
      '- there in stable',
    ]);
  });

  test('what another place got stays', async () => {
    expect(await edits([add(NEW_PATH, { to: TESTING })], [rollback({ channel: 'stable' })])).toEqual([
      '+ new in testing',
      '- there in stable',
    ]);
  });

  test('of everything, nothing stays', async () => {
    const promote = { type: 'promote', from: STABLE, to: TESTING, package: PROMOTED, sha256: THERE.sha256 };
    expect(await edits([promote], [add(NEW_PATH)], [rollback({})])).toEqual(['- there in stable']);
  });

  test('twice is as good as once', async () => {
    expect(await edits([rollback(STABLE)], [rollback(STABLE, 4)])).toEqual(['- there in stable']);
  });

  test('its settings are those of now', async () => {
    const channels = [...SETTINGS.channels, { name: 'new', options: {} }];
    const { settled, terms } = await apply([
      [rollback({ channel: 'new' })],
      [settings({ settings: { ...SETTINGS, channels } })],
      [rollback({ channel: 'new' })],
    ]);
    expect(settled).toEqual([
      { ref: '1', rejected: "the repository has no channel 'new'; it has stable, testing" },
      { ref: '2' },
      { ref: '3' },
    ]);
    expect(terms?.settings.channels).toEqual(channels);
  });
});

describe('is rejected, and the others go on', () => {
  test.each<[what: string, action: object, reason: string | RegExp]>([
    ['a revision that was never made', rollback({}, 10), 'tools has no revision 10'],
    ['a channel that is not there', rollback({ channel: 'nope' }), /^the repository has no channel 'nope'/],
    [
      'a component that is not there',
      rollback({ component: 'nope' }),
      /^the repository has no component 'nope'/,
    ],
    ['a place that is none', rollback({ channel: 7 }), /^it cannot be read: place: channel: expected text/],
    ['no place', { type: 'rollback', to: 3 }, /^it cannot be read: place: /],
    ['no revision', { type: 'rollback', place: {} }, /^it cannot be read: to: /],
  ])('%s', async (_what, action, reason) => {
    const { settled, changes } = await apply([[action], [add(NEW_PATH)]]);
    expect(settled).toEqual([{ ref: '1', rejected: expect.stringMatching(reason) }, { ref: '2' }]);
    expect(changes.edits()).toHaveLength(1);
  });

  test('before the first revision', async () => {
    const { settled } = await apply([[rollback({})]], { terms: undefined });
    expect(settled).toMatchObject([{ rejected: expect.stringMatching(/does not exist yet/) }]);
  });
});

describe('what comes back', () => {
  const catalog: Catalog = {
    settings: SETTINGS,
    channels: [],
    runs: [{ ...STABLE, slot: 'amd64', packages: 1, ref: { key: '', sha256: '', sizeBytes: 0 } }],
  };
  const back = { ...THERE, name: 'back', path: 'pool/back', sizeBytes: 20 };
  const restore = (fileSize: number | undefined, change: Partial<Parameters<typeof restorePlace>[0]> = {}) =>
    restorePlace({
      where: {},
      past: { rev: 3, catalog },
      settings: SETTINGS,
      base: {
        ...BASE,
        async *changesTo() {
          yield { kind: 'added', after: back };
        },
      },
      changes: createChanges(BASE_INPUT.base),
      fileSize: async () => fileSize,
      ...change,
    });

  test('needs its file', async () => {
    expect(await restore(20)).toEqual([
      { kind: 'added', ...PROMOTED, name: 'back', run: { ...STABLE, slot: 'amd64' } },
    ]);
    await expect(restore(undefined)).rejects.toMatchObject({
      code: 'PACKAGE_NOT_FOUND',
      message: 'back 1.0 amd64 cannot come back: its file pool/back is gone',
    });
    await expect(restore(19)).rejects.toMatchObject({
      code: 'PACKAGE_NOT_FOUND',
      message: 'back 1.0 amd64 cannot come back: its file pool/back has 19 bytes instead of 20',
    });
  });

  test('needs a file that is not being deleted', async () => {
    const changes = createChanges(BASE_INPUT.base, new Set(['pool/back']));
    await expect(restore(20, { changes })).rejects.toMatchObject({ code: 'LEDGER_SWEEPING' });
  });

  test('needs its place, unless that is not asked for', async () => {
    const gone = { ...SETTINGS, components: ['other'] };
    await expect(restore(20, { settings: gone })).rejects.toMatchObject({
      code: 'INTENT_REJECTED',
      message: 'revision 3 held packages in stable/main, which the repository does not have any more',
    });
    expect(await restore(20, { settings: gone, where: { channel: 'testing' } })).toEqual([]);
  });
});

import { describe, expect, test } from 'vitest';
import {
  add,
  apply,
  BASE_INPUT,
  GOOD,
  inspected,
  NEW_PATH,
  PROMOTED,
  publicFiles,
  SETTINGS,
  STABLE,
  settings,
  TERMS,
  TESTING,
  THERE,
} from '../../../tests/support/intent-kit.ts';
import { PakhusError } from '../../core/pakhus-error.ts';
import { applyIntents } from './apply-intents.ts';
import type { Terms } from './terms.ts';

describe('a bad intent is rejected with its reason, and the others go on', () => {
  test.each<[what: string, actions: unknown, reason: string]>([
    ['no list of actions', 'hello', 'it cannot be read: expected a list'],
    ['an unknown action', [{ type: 'explode' }], "it cannot be read: unknown action 'explode'"],
    [
      'an action that lacks a field',
      [{ type: 'add', to: STABLE }],
      'it cannot be read: files: expected text, found undefined',
    ],
    [
      'a channel that is not there',
      [add(NEW_PATH, { to: { channel: 'nope', component: 'main' } })],
      "the repository has no channel 'nope'; it has stable, testing",
    ],
    [
      'a component that is not there',
      [add(NEW_PATH, { to: { channel: 'stable', component: 'nope' } })],
      "the repository has no component 'nope'; it has main",
    ],
    [
      'a file that is not there',
      [add('pool/main/g/gone/gone_1.0_amd64.deb')],
      'pool/main/g/gone/gone_1.0_amd64.deb: no such object',
    ],
    ['a file that is no package', [add('pool/main/b/broken/broken_1.0_amd64.deb')], 'it is corrupt'],
    [
      'a package of another format',
      [add('pool/main/w/wrong/wrong_1.0_amd64.deb', { sha256: 'd'.repeat(64) })],
      'pool/main/w/wrong/wrong_1.0_amd64.deb is a rpm package, the repository is deb',
    ],
    [
      'other bytes than were proposed',
      [add(NEW_PATH, { sha256: 'e'.repeat(64) })],
      'pool/main/n/new/new_1.0_amd64.deb is not what was proposed',
    ],
    [
      'another size than was proposed',
      [add(NEW_PATH, { sizeBytes: 11 })],
      'pool/main/n/new/new_1.0_amd64.deb is not what was proposed',
    ],
    [
      'a path that is not its own',
      [add('pool/main/o/other/other_1.0_amd64.deb')],
      'pool/main/o/other/other_1.0_amd64.deb is no path for new 1.0, expected pool/main/n/new/new_1.0_amd64.deb',
    ],
    [
      'other bytes of a package that is there',
      [add('pool/main/t/there/cccccccccccc/there_1.0_amd64.deb', { sha256: 'c'.repeat(64) })],
      `there 1.0 amd64 is in stable/main already, with other bytes: SHA-256 ${THERE.sha256} there, ${'c'.repeat(64)} here`,
    ],
    [
      'a promotion of what is not there',
      [{ type: 'promote', from: TESTING, to: STABLE, package: PROMOTED, sha256: THERE.sha256 }],
      'there 1.0 amd64 is not in testing/main any more',
    ],
    [
      'a promotion of other bytes',
      [{ type: 'promote', from: STABLE, to: TESTING, package: PROMOTED, sha256: 'c'.repeat(64) }],
      'there 1.0 amd64 is not in stable/main any more',
    ],
    [
      'settings without a channel that holds packages',
      [settings({ settings: { ...SETTINGS, channels: [{ name: 'testing', options: {} }] } })],
      'stable/main still holds packages',
    ],
    [
      'another format',
      [settings({ settings: { ...SETTINGS, format: 'rpm' } })],
      'the format cannot change from deb to rpm',
    ],
    [
      'settings without a committer',
      [settings({ committers: [] })],
      'a revision without a committer could never be followed by another',
    ],
    ['a good action before a bad one', [add(NEW_PATH), add('gone', { to: TESTING })], 'gone: no such object'],
  ])('%s', async (_what, actions, reason) => {
    const { settled, added, terms } = await apply([actions, GOOD]);
    expect(settled).toEqual([{ ref: '1', rejected: reason }, { ref: '2' }]);
    expect(added.map(({ path }) => path)).toEqual([NEW_PATH]);
    expect(terms).toEqual(TERMS);
  });

  test.each([
    [
      'the repository does not exist yet',
      [add(NEW_PATH)],
      'the repository does not exist yet, and the intent does not make it',
    ],
    ['settings of a repository that does not exist yet', [settings({})], 'the repository does not exist yet'],
  ])('%s', async (_what, actions, reason) => {
    const { settled, terms } = await apply([actions], { terms: undefined });
    expect(settled).toEqual([{ ref: '1', rejected: reason }]);
    expect(terms).toBeUndefined();
  });

  test('what is no fault of an intent ends the commit', async () => {
    const failing = applyIntents({
      ...BASE_INPUT,
      intents: [
        { id: '1', who: 'ann', ref: '1', author: '', message: '', actions: GOOD, proposer: undefined },
      ],
      files: publicFiles(async () => {
        throw new PakhusError('STORE_UNAVAILABLE', 'the store does not answer');
      }),
    });
    await expect(failing).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
  });
});

describe('a good intent', () => {
  test('may use the path apart, whose name holds the digest', async () => {
    const { settled, added } = await apply([[add('pool/main/n/new/bbbbbbbbbbbb/new_1.0_amd64.deb')]]);
    expect(settled).toEqual([{ ref: '1' }]);
    expect(added).toHaveLength(1);
  });

  test('that was applied before changes nothing more', async () => {
    const { settled, added, changes } = await apply([
      GOOD,
      GOOD,
      [{ type: 'remove', from: STABLE, package: PROMOTED }],
      [{ type: 'remove', from: STABLE, package: PROMOTED }],
    ]);
    expect(settled).toEqual([{ ref: '1' }, { ref: '2' }, { ref: '3' }, { ref: '4' }]);
    expect(added).toHaveLength(1);
    expect(changes.edits()).toMatchObject([{ put: [{ name: 'new' }], drop: [{ name: 'there' }] }]);
  });

  test('replaces a package when it removes the old bytes first', async () => {
    const path = 'pool/main/t/there/cccccccccccc/there_1.0_amd64.deb';
    const { settled, changes } = await apply([
      [{ type: 'remove', from: STABLE, package: PROMOTED }, add(path, { sha256: 'c'.repeat(64) })],
    ]);
    expect(settled).toEqual([{ ref: '1' }]);
    expect(changes.edits()).toMatchObject([{ put: [{ path }], drop: [] }]);
  });

  test('promotes the record as it is, into the same slot', async () => {
    const { changes } = await apply([
      [{ type: 'promote', from: STABLE, to: TESTING, package: PROMOTED, sha256: THERE.sha256 }],
    ]);
    expect(changes.edits()).toEqual([{ run: { ...TESTING, slot: 'amd64' }, put: [THERE], drop: [] }]);
  });

  test('makes the repository, and is of no effect where somebody else made it', async () => {
    const made = await apply([[settings({ create: true }), add(NEW_PATH)]], { terms: undefined });
    expect(made).toMatchObject({ terms: TERMS, settled: [{ ref: '1' }] });
    const others: Terms = { ...TERMS, committers: [{ keyId: 'x', publicKey: 'x', name: 'eve' }] };
    const later = await apply([[settings({ create: true, ...others }), add(NEW_PATH)]]);
    expect(later).toMatchObject({ terms: TERMS, settled: [{ ref: '1' }] });
  });

  test('changes settings for the intents after it', async () => {
    const channels = [...SETTINGS.channels, { name: 'new', options: {} }];
    const { settled, terms } = await apply([
      [settings({ settings: { ...SETTINGS, channels } })],
      [add(NEW_PATH, { to: { channel: 'new', component: 'main' } })],
    ]);
    expect(settled).toEqual([{ ref: '1' }, { ref: '2' }]);
    expect(terms?.settings.channels.map(({ name }) => name)).toEqual(['stable', 'testing', 'new']);
  });
});

describe('an empty channel goes', () => {
  const without = settings({ settings: { ...SETTINGS, channels: [{ name: 'stable', options: {} }] } });

  test('from the settings', async () => {
    expect((await apply([[without]])).settled).toEqual([{ ref: '1' }]);
  });

  test('unless a package came in the same commit', async () => {
    const { settled, terms } = await apply([[add(NEW_PATH, { to: TESTING })], [without]]);
    expect(settled).toEqual([{ ref: '1' }, { ref: '2', rejected: 'testing/main still holds packages' }]);
    expect(terms).toEqual(TERMS);
  });

  test('and a package that comes later has no place', async () => {
    const { settled } = await apply([[without], [add(NEW_PATH, { to: TESTING })]]);
    expect(settled).toEqual([
      { ref: '1' },
      { ref: '2', rejected: "the repository has no channel 'testing'; it has stable" },
    ]);
  });
});

test('keep of the settings drops old versions, once all intents are applied', async () => {
  const keeping: Terms = { ...TERMS, settings: { ...SETTINGS, keep: 1 } };
  const two = inspected('there', { sha256: 'e'.repeat(64) });
  const path = 'pool/main/t/there/there_2.0_amd64.deb';
  const { changes } = await applyIntents({
    ...BASE_INPUT,
    terms: keeping,
    intents: [
      {
        id: '1',
        who: '',
        ref: '1',
        author: '',
        message: '',
        actions: [add(path, { sha256: two.sha256 })],
        proposer: undefined,
      },
    ],
    files: publicFiles(async () => ({ ...two, meta: { ...two.meta, version: '2.0' } })),
  });
  expect(changes.edits()).toMatchObject([{ put: [{ version: '2.0' }], drop: [{ version: '1.0' }] }]);
});

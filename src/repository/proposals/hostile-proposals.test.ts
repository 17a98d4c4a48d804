/** A proposer that keeps no rule. Whatever it leaves in its inbox, clients see nothing that a committer has not read. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  addition,
  bytesAt,
  createTeam,
  debBytes,
  TESTING,
  type Team,
} from '../../../tests/support/proposal-kit.ts';
import { sha256Hex } from '../../core/digest.ts';
import { verifyRepository } from '../verify/verify.ts';

const NEW = await debBytes({ name: 'new' });
const EVIL = await debBytes({ name: 'new', content: 'evil' });
const SHA256 = sha256Hex(NEW);

let team: Team;
beforeEach(async () => {
  team = await createTeam();
});
afterEach(async () => {
  await team[Symbol.asyncDispose]();
});

/** Commits, and gives the reason why the proposal was refused; checks that nothing else came of it. */
async function refusal(ref: string): Promise<string | undefined> {
  const before = await team.state('');
  const tree = await publicFiles();
  await team.ann.commit();
  expect(await team.seen('testing')).toEqual([]);
  expect(await team.seen('stable')).toEqual(['hello 1.0']);
  expect(await publicFiles()).toEqual(tree);
  expect((await verifyRepository(await team.ann.open(), team.ann.options)).findings).toEqual([]);
  expect(await team.state('inbox/')).toEqual([]);
  const blobs = (await team.state('blob/')).filter((key) => !before.includes(key));
  for (const key of blobs)
    expect(Buffer.from(await bytesAt(team.store, `.pakhus/deb/${key}`)).includes('!<arch>')).toBe(false);
  return (await team.outcome(ref))?.rejected;
}

async function publicFiles(): Promise<readonly string[]> {
  const keys: string[] = [];
  for await (const { key } of team.store.list('deb/')) keys.push(key);
  return keys;
}

describe('a file', () => {
  test.each<[what: string, action: object, reason: string]>([
    [
      'whose digest is a lie',
      addition('0-new.deb', NEW, { sha256: 'a'.repeat(64) }),
      `0-new.deb is not what was proposed: ${NEW.length} bytes, SHA-256 ${'a'.repeat(64)} expected, SHA-256 ${SHA256} found`,
    ],
    [
      'whose size is a lie',
      addition('0-new.deb', NEW, { sizeBytes: NEW.length + 1 }),
      `0-new.deb is not what was proposed: ${NEW.length + 1} bytes, SHA-256 ${SHA256} expected, ${NEW.length} bytes found`,
    ],
    ['that is not there', addition('1-gone.deb', NEW), '1-gone.deb is not there'],
    [
      'whose digest is none',
      addition('0-new.deb', NEW, { sha256: '../../log/x' }),
      '0-new.deb: its digest is no SHA-256',
    ],
    [
      'that is no package',
      addition('0-junk.deb', Buffer.from('junk')),
      '0-junk.deb is no package of a known format',
    ],
    [
      'of another place than its own folder',
      addition('../../../log/0000000001.json', NEW),
      "'../../../log/0000000001.json' is no name of a proposed file",
    ],
    ['of an absolute path', addition('/etc/passwd', NEW), "'/etc/passwd' is no name of a proposed file"],
    ['called ..', addition('..', NEW), "'..' is no name of a proposed file"],
    ['of another intent', addition('../other/0-new.deb', NEW), "'../other/0-new.deb' is no name"],
    [
      'of the public folder',
      {
        type: 'add',
        to: TESTING,
        files: `${SHA256} 1 pool/main/h/hello/hello_1.0_amd64.deb`,
      },
      'only a committer may name a file of the public folder',
    ],
    [
      'for another channel',
      addition('0-new.deb', NEW, { to: { channel: 'stable', component: 'main' } }),
      "the proposer 'ci' may not change deb/stable/main, only deb/testing",
    ],
    [
      'for a channel that is not there',
      addition('0-new.deb', NEW, { to: { channel: 'testing', component: 'nope' } }),
      "the repository has no component 'nope'; it has main",
    ],
  ])('%s', async (_what, action, reason) => {
    const files = { '0-new.deb': NEW, '0-junk.deb': Buffer.from('junk') };
    expect(await refusal(await team.forge({ actions: [action], files }))).toContain(reason);
  });

  test('good ones beside a bad one are not published, nor lie in the public folder', async () => {
    const other = await debBytes({ name: 'other' });
    const ref = await team.forge({
      actions: [addition('0-new.deb', NEW), addition('1-other.deb', other, { sha256: SHA256 })],
      files: { '0-new.deb': NEW, '1-other.deb': other },
    });
    expect(await refusal(ref)).toContain('1-other.deb is not what was proposed');
  });

  test('claims a path by no word of the intent: the format says where it lies', async () => {
    const bytes = await debBytes({ name: 'new' });
    const action = { ...addition('0-hello_1.0_amd64.deb', bytes), path: 'dists/stable/InRelease' };
    await team.forge({
      actions: [action],
      files: { '0-hello_1.0_amd64.deb': bytes },
    });
    await team.ann.commit();
    expect(await publicFiles()).toContain('deb/pool/main/n/new/new_1.0_amd64.deb');
    expect(await team.seen('testing')).toEqual(['new 1.0']);
  });
});

describe('an intent', () => {
  test.each<[what: string, claim: object, reason: string]>([
    ['of another repository', { repository: 'other' }, "its repository is 'other', its place says 'deb'"],
    ['of another folder', { who: 'web' }, "its who is 'web', its place says 'ci'"],
    ['of another id', { id: '0'.repeat(26) }, "its id is '00000000000000000000000000', its place says"],
    ['that asks for nothing readable', { actions: 'everything' }, 'it cannot be read: expected a list'],
    [
      'that asks for the unknown',
      { actions: [{ type: 'sudo' }] },
      "it cannot be read: unknown action 'sudo'",
    ],
  ])('%s', async (_what, claim, reason) => {
    const ref = await team.forge({ actions: [], claim: { ...claim }, files: {} });
    expect(await refusal(ref)).toContain(reason);
  });

  test('of nobody', async () => {
    const ref = await team.forge({
      who: 'eve',
      actions: [addition('0-new.deb', NEW)],
      files: { '0-new.deb': NEW },
    });
    expect(await refusal(ref)).toBe(
      "it is not signed by a committer, and 'eve' is no proposer of this repository",
    );
  });

  test('in the folder of a committer', async () => {
    const ref = await team.forge({
      who: 'ann@desk',
      actions: [addition('0-new.deb', NEW)],
      files: { '0-new.deb': NEW },
    });
    expect(await refusal(ref)).toContain('it is not signed by a committer');
  });

  test.each<[string, object]>([
    [
      'settings',
      { type: 'settings', create: false, settings: {}, signers: [], committers: [], proposers: [] },
    ],
    ['pin', { type: 'pin', pin: { rev: 1, name: 'x' } }],
    ['unpin', { type: 'unpin', pin: { rev: 1 } }],
    ['resign', { type: 'resign', channels: ['testing'] }],
    ['rollback', { type: 'rollback', place: {}, to: 1 }],
  ])('that asks for %s', async (_what, action) => {
    expect(await refusal(await team.forge({ actions: [action] }))).toMatch(
      /^(the proposer 'ci' may not ask for|it cannot be read)/,
    );
  });
});

describe('other bytes than somebody else has', () => {
  test('of the same package in another channel lie apart, and nobody loses a file', async () => {
    await team.ann.publish([{ name: 'new' }], { to: 'deb/stable' });
    await team.forge({ actions: [addition('0-new.deb', EVIL)], files: { '0-new.deb': EVIL } });
    await team.ann.commit();
    expect(await team.seen('stable')).toEqual(['hello 1.0', 'new 1.0']);
    expect(await team.seen('testing')).toEqual(['new 1.0']);
    const usual = 'deb/pool/main/n/new/new_1.0_amd64.deb';
    expect(sha256Hex(await bytesAt(team.store, usual))).toBe(SHA256);
    expect(await publicFiles()).toContain(
      `deb/pool/main/n/new/${sha256Hex(EVIL).slice(0, 12)}/new_1.0_amd64.deb`,
    );
  });

  test('of the same package in the same channel are refused', async () => {
    await team.ann.publish([{ name: 'new' }], { to: 'deb/testing' });
    const ref = await team.forge({ actions: [addition('0-new.deb', EVIL)], files: { '0-new.deb': EVIL } });
    await team.ann.commit();
    expect((await team.outcome(ref))?.rejected).toContain('already, with other bytes');
    expect(sha256Hex(await bytesAt(team.store, 'deb/pool/main/n/new/new_1.0_amd64.deb'))).toBe(SHA256);
  });

  test('at both its paths, whoever left them, are not touched', async () => {
    const apart = `deb/pool/main/n/new/${SHA256.slice(0, 12)}/new_1.0_amd64.deb`;
    const usual = 'deb/pool/main/n/new/new_1.0_amd64.deb';
    for (const path of [usual, apart]) await team.store.write(path, Buffer.from('somebody else'));
    const ref = await team.forge({ actions: [addition('0-new.deb', NEW)], files: { '0-new.deb': NEW } });
    expect(await refusal(ref)).toBe(
      'other files lie at pool/main/n/new/new_1.0_amd64.deb and pool/main/n/new/' +
        `${SHA256.slice(0, 12)}/new_1.0_amd64.deb`,
    );
    for (const path of [usual, apart])
      expect(Buffer.from(await bytesAt(team.store, path)).toString()).toBe('somebody else');
  });

  test('damaged bytes that the newest revision names are not repaired by a proposal', async () => {
    await team.ann.publish([{ name: 'new' }], { to: 'deb/stable' });
    const usual = 'deb/pool/main/n/new/new_1.0_amd64.deb';
    await team.store.write(usual, Buffer.from('damaged'));
    await team.forge({ actions: [addition('0-new.deb', NEW)], files: { '0-new.deb': NEW } });
    await team.ann.commit();
    expect(Buffer.from(await bytesAt(team.store, usual)).toString()).toBe('damaged');
    expect(await team.seen('testing')).toEqual(['new 1.0']);
  });

  test('the very same bytes that lie there already are used', async () => {
    await team.ann.publish([{ name: 'new' }], { to: 'deb/stable' });
    await team.forge({ actions: [addition('0-new.deb', NEW)], files: { '0-new.deb': NEW } });
    const tree = (await publicFiles()).filter((key) => key.includes('/pool/'));
    await team.ann.commit();
    expect((await publicFiles()).filter((key) => key.includes('/pool/'))).toEqual(tree);
    expect(await team.seen('testing')).toEqual(['new 1.0']);
  });
});

test('a replaced package is one proposal: its removal and its addition', async () => {
  await team.ann.publish([{ name: 'new' }], { to: 'deb/testing' });
  const removal = {
    type: 'remove',
    from: TESTING,
    package: { name: 'new', version: '1.0', architecture: 'amd64' },
  };
  await team.forge({ actions: [removal, addition('0-new.deb', EVIL)], files: { '0-new.deb': EVIL } });
  await team.ann.commit();
  expect(await team.seen('testing')).toEqual(['new 1.0']);
  expect(await publicFiles()).toContain(
    `deb/pool/main/n/new/${sha256Hex(EVIL).slice(0, 12)}/new_1.0_amd64.deb`,
  );
});

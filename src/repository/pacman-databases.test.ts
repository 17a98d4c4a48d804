/** A repository for pacman, from publish to verification: signed packages, one version of each name, a database for each architecture. */
import { describe, expect, test } from 'vitest';
import { DAY, STORES } from '../../tests/support/collection-kit.ts';
import {
  createPacmanUser,
  findingsOf,
  listedIn,
  publishArch,
  type QuickArch,
  readDatabase,
  signedBy,
} from '../../tests/support/pacman-kit.ts';
import { flipByte, keysOf, type TestUser } from '../../tests/support/test-repository.ts';
import { readBytes } from '../storage/read-all.ts';
import { applySettings } from './apply-settings.ts';
import { collectRepository } from './collect/collect.ts';
import { rollbackPlace } from './history/rollback.ts';
import { rotateKey } from './keys/rotate-key.ts';
import { promotePackages } from './promote-packages.ts';
import { openTail } from './read-repository.ts';
import { removePackages } from './remove-packages.ts';
import { repairRepository } from './verify/repair.ts';
import { verifyRepository } from './verify/verify.ts';
import type { Finding } from './verify/verify-finding.ts';
import { checkPackages } from './verify/verify-packages.ts';

const X86 = 'pacman/x86_64/pacman';
const ARM = 'pacman/aarch64/pacman';
const TOOL: QuickArch = { name: 'tool', architecture: 'x86_64' };
const ARM_TOOL: QuickArch = { name: 'tool', architecture: 'aarch64' };
const DOCS: QuickArch = { name: 'docs++' };

const place = (channel: string) => ({ channel, component: 'main' });

async function remove(user: TestUser, name: string): Promise<void> {
  const wanted = [{ name, version: undefined }];
  const input = { from: place('stable'), wanted, all: false, dryRun: false, allowUninstallable: false };
  await removePackages(await user.open('pacman'), input, user.options);
}

describe.each(STORES)('in %s', (_, capabilities) => {
  test('each architecture has its packages and those for all, in one folder, signed', async () => {
    await using user = await createPacmanUser({ capabilities });
    await publishArch(user, [TOOL, ARM_TOOL, DOCS]);
    expect(await listedIn(user.store, X86)).toEqual(['docs++ 1.0-1', 'tool 1.0-1']);
    expect(await listedIn(user.store, ARM)).toEqual(['docs++ 1.0-1', 'tool 1.0-1']);
    expect(await findingsOf(user)).toEqual([]);
  });

  test('an architecture that comes later gets the packages for all', async () => {
    await using user = await createPacmanUser({ capabilities });
    await publishArch(user, [TOOL, DOCS]);
    await publishArch(user, [ARM_TOOL]);
    expect(await listedIn(user.store, ARM)).toEqual(['docs++ 1.0-1', 'tool 1.0-1']);
    expect(await findingsOf(user)).toEqual([]);
  });

  test('another channel is another database, with the same files and signatures', async () => {
    await using user = await createPacmanUser({ capabilities, settings: 'channels: [stable, testing]' });
    await publishArch(user, [TOOL, DOCS], { to: 'pacman/testing' });
    const wanted = ['tool', 'docs++'].map((name) => ({ name, version: undefined }));
    const input = { from: place('testing'), to: place('stable'), wanted, dryRun: false };
    await promotePackages(await user.open('pacman'), input, user.options);
    const listed = await readDatabase(user.store, X86);
    expect(listed.map(({ name }) => name)).toEqual(['docs++', 'tool']);
    expect(await readDatabase(user.store, `${X86}-testing`)).toEqual(listed);
    expect(await findingsOf(user)).toEqual([]);
  });

  test('what was replaced goes after the grace with its copies and signatures', async () => {
    await using user = await createPacmanUser({ capabilities });
    for (const version of ['1-1', '2-1', '3-1', '4-1', '5-1']) {
      await publishArch(user, [{ ...DOCS, version }, TOOL]);
      user.clock.advance(DAY);
    }
    user.clock.advance(20 * DAY);
    await collectRepository(await user.open('pacman'), { graceMs: undefined, dryRun: false }, user.options);
    const docs = (await keysOf(user.store, 'pacman/')).filter((key) => key.includes('/docs'));
    const names = (folder: string): readonly string[] =>
      ['3-1', '4-1', '5-1'].flatMap((version) =>
        ['', '.sig'].map((end) => `pacman/${folder}/docs++-${version}-any.pkg.tar.zst${end}`),
      );
    expect(docs.toSorted()).toEqual([...names('any'), ...names('x86_64')]);
    expect(await listedIn(user.store, X86)).toEqual(['docs++ 5-1', 'tool 1.0-1']);
    expect(await findingsOf(user)).toEqual([]);
  });
});

describe('a database has one version of a name', () => {
  test('the newest, whatever came last; files of others that it had stay', async () => {
    await using user = await createPacmanUser();
    await publishArch(user, [{ ...TOOL, version: '1.9-1' }]);
    await publishArch(user, [{ ...TOOL, version: '1.10-1' }]);
    const { published } = await publishArch(user, [{ ...TOOL, version: '1.2-1' }]);
    expect(published).toMatchObject([{ packages: [{ version: '1.2-1', outcome: 'superseded' }], rev: 2 }]);
    expect(await listedIn(user.store, X86)).toEqual(['tool 1.10-1']);
    const files = (await keysOf(user.store, 'pacman/x86_64/tool')).filter((key) => key.endsWith('.zst'));
    expect(files).toHaveLength(2);
    expect(await findingsOf(user)).toEqual([]);
  });

  test('of several that come at once too', async () => {
    await using user = await createPacmanUser();
    await publishArch(user, [
      { ...TOOL, version: '1:0.1-1' },
      { ...TOOL, version: '2.0-1' },
    ]);
    expect(await listedIn(user.store, X86)).toEqual(['tool 1:0.1-1']);
  });

  test('a package for all gives way to a newer one for an architecture, and the other way round', async () => {
    await using user = await createPacmanUser();
    await publishArch(user, [{ ...TOOL, architecture: 'any' }]);
    await publishArch(user, [{ ...TOOL, version: '2.0-1' }]);
    expect(await listedIn(user.store, X86)).toEqual(['tool 2.0-1']);
    await publishArch(user, [{ ...TOOL, version: '3.0-1', architecture: 'any' }]);
    expect(await listedIn(user.store, X86)).toEqual(['tool 3.0-1']);
    expect(await findingsOf(user)).toEqual([]);
  });

  test('a rollback brings the older one back', async () => {
    await using user = await createPacmanUser();
    await publishArch(user, [TOOL]);
    await publishArch(user, [{ ...TOOL, version: '2.0-1' }]);
    await rollbackPlace(
      await user.open('pacman'),
      { place: { channel: 'stable' }, to: '1', dryRun: false },
      user.options,
    );
    expect(await listedIn(user.store, X86)).toEqual(['tool 1.0-1']);
    expect(await findingsOf(user)).toEqual([]);
  });
});

describe('signatures', () => {
  test('a package is signed once, also when it comes again', async () => {
    await using user = await createPacmanUser();
    await publishArch(user, [TOOL, DOCS]);
    const before = await readDatabase(user.store, X86);
    await remove(user, 'tool');
    user.clock.advance(DAY);
    await publishArch(user, [TOOL]);
    expect(await readDatabase(user.store, X86)).toEqual(before);
  });

  test('what lies there and is no signature of ours is replaced', async () => {
    await using user = await createPacmanUser();
    await user.store.write(`pacman/x86_64/tool-1.0-1-x86_64.pkg.tar.zst.sig`, Buffer.from('no signature'));
    await publishArch(user, [TOOL]);
    expect(await listedIn(user.store, X86)).toEqual(['tool 1.0-1']);
  });

  test('one that is damaged is found and repaired', async () => {
    await using user = await createPacmanUser();
    await publishArch(user, [DOCS]);
    const path = 'x86_64/docs++-1.0-1-any.pkg.tar.zst.sig';
    await flipByte(user.store, `pacman/${path}`);
    expect(await findingsOf(user)).toEqual([
      `package ${path}: is missing or is not what belongs to docs++ 1.0-1 any`,
    ]);
    await repairRepository(await user.open('pacman'), { ...user.options, dryRun: false });
    expect(await findingsOf(user)).toEqual([]);
  });

  test('is checked over the package itself, whatever the ledger says', async () => {
    await using user = await createPacmanUser();
    await publishArch(user, [TOOL, DOCS]);
    const { checked } = await verifyRepository(await user.open('pacman'), user.options);
    expect(checked.signatures).toBe(2);
    // As if a committer had listed the packages with signatures of nobody.
    const repository = await user.open('pacman');
    const tail = await openTail(repository);
    await using other = await createPacmanUser();
    await publishArch(other, [TOOL]);
    const { signers } = (await openTail(await other.open('pacman'))).content;
    const findings: Finding[] = [];
    const content = { ...tail.content, signers };
    await checkPackages(repository, { tail: { ...tail, content }, findings }, user.options);
    expect(findings.map(({ area, path }) => `${area} ${path}`).toSorted()).toEqual([
      'signature any/docs++-1.0-1-any.pkg.tar.zst.sig',
      'signature x86_64/tool-1.0-1-x86_64.pkg.tar.zst.sig',
    ]);
  });

  test('a key is replaced in three steps, and every package is signed by one key at each', async () => {
    await using user = await createPacmanUser({ settings: 'signDatabase: true' });
    await publishArch(user, [TOOL, DOCS]);
    const signers = async () => (await openTail(await user.open('pacman'))).content.signers;
    const rotate = async () => {
      const input = {
        step: undefined,
        key: undefined,
        old: undefined,
        expiresDays: undefined,
        dryRun: false,
      };
      await rotateKey(await user.open('pacman'), input, user.options);
    };
    const [old] = await signers();
    await rotate();
    const next = (await signers())[1];
    expect(await signedBy(user.store, X86, old?.publicKey ?? '')).toEqual(['docs++', 'tool']);
    await rotate();
    expect(await signedBy(user.store, X86, next?.publicKey ?? '')).toEqual(['docs++', 'tool']);
    expect(await findingsOf(user)).toEqual([]);
    await rotate();
    await publishArch(user, [{ ...TOOL, version: '2.0-1' }]);
    expect(await signedBy(user.store, X86, next?.publicKey ?? '')).toEqual(['docs++', 'tool']);
    expect(await findingsOf(user)).toEqual([]);
  });

  test('what comes back from before a rotation is signed by the new key', async () => {
    await using user = await createPacmanUser();
    await publishArch(user, [TOOL]);
    await publishArch(user, [{ ...TOOL, version: '2.0-1' }]);
    const input = { step: undefined, key: undefined, old: undefined, expiresDays: undefined, dryRun: false };
    for (let step = 0; step < 3; step++) await rotateKey(await user.open('pacman'), input, user.options);
    await rollbackPlace(
      await user.open('pacman'),
      { place: { channel: 'stable' }, to: '1', dryRun: false },
      user.options,
    );
    expect(await listedIn(user.store, X86)).toEqual(['tool 1.0-1']);
  });
});

describe('signed databases', () => {
  const apply = async (user: TestUser, { breakClients = false } = {}) => {
    const { config, ...workspace } = await user.workspace();
    const wanted = await workspace.configOf('pacman');
    const input = { wanted, config, dryRun: false, breakClients };
    return applySettings(await user.open('pacman'), input, user.options);
  };

  const signatures = async (user: TestUser): Promise<readonly string[]> =>
    (await keysOf(user.store, X86)).filter((key) => key.endsWith('.sig')).map((key) => key.slice(X86.length));

  test.each(STORES)(
    'have one beside each name, and lose it only when somebody insists, then at once (in %s)',
    async (_, capabilities) => {
      await using user = await createPacmanUser({ capabilities, settings: 'signDatabase: true' });
      await publishArch(user, [TOOL]);
      expect((await signatures(user)).toSorted()).toEqual([
        '.db.sig',
        '.db.tar.gz.sig',
        '.files.sig',
        '.files.tar.gz.sig',
      ]);
      expect(await findingsOf(user)).toEqual([]);
      await user.set('signDatabase: false');
      await expect(apply(user)).rejects.toMatchObject({
        code: 'SETTINGS_INVALID',
        message: expect.stringContaining('rm /var/lib/pacman/sync/pacman.db.sig'),
      });
      await apply(user, { breakClients: true });
      expect(await signatures(user)).toEqual([]);
      expect(await findingsOf(user)).toEqual([]);
    },
  );

  test('can be had later without further ado', async () => {
    await using user = await createPacmanUser();
    await publishArch(user, [TOOL]);
    await user.set('signDatabase: true');
    await apply(user);
    expect((await readBytes(user.store, `${X86}.db.sig`, { limitBytes: 10_000 })).length).toBeGreaterThan(50);
    expect(await findingsOf(user)).toEqual([]);
  });
});

import { expect, test } from 'vitest';
import type { ClientInput, HeldPackage } from '../client-types.ts';
import type { RepositorySettings } from '../format.ts';
import { clientInstructions } from './client.ts';
import { downgradeInstructions } from './downgrade.ts';

const settings: RepositorySettings = {
  format: 'pacman',
  channels: [
    { name: 'stable', options: {} },
    { name: 'testing', options: { signDatabase: true } },
  ],
  components: ['main'],
  architectures: ['x86_64'],
  options: { database: 'tools' },
};

const input: ClientInput = {
  id: 'tools',
  url: 'https://example.org/tools',
  channel: 'stable',
  components: ['main'],
  architectures: ['x86_64'],
  publicKeys: ['-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nAQID\n-----END PGP PUBLIC KEY BLOCK-----\n'],
  fingerprints: ['abcdef0123456789abcdef0123456789abcdef01'],
  keyUrl: 'https://example.org/tools/key.asc',
  settings,
};

test('pacman is told where, and how much to check, in full', () => {
  const { files, script, undo, next } = clientInstructions(input);
  expect(files[0]?.content).toBe(
    '[tools]\nSigLevel = PackageRequired DatabaseOptional TrustedOnly\nServer = https://example.org/tools/$arch\n',
  );
  expect(script).toContain('pacman-key --lsign-key ABCDEF0123456789ABCDEF0123456789ABCDEF01\n');
  expect(script).toContain("'Server = https://example.org/tools/$arch'");
  expect(undo).toContain('pacman-key --delete ABCDEF0123456789ABCDEF0123456789ABCDEF01\n');
  expect(undo).toContain('/var/lib/pacman/sync/tools.db.sig');
  expect(next).toEqual(['pacman -Syu', 'pacman -S tools/PACKAGE']);
});

test('another channel is another section, and signed databases have to be', () => {
  expect(clientInstructions({ ...input, channel: 'testing' }).files[0]?.content).toMatch(
    /^\[tools-testing\]\nSigLevel = PackageRequired DatabaseRequired TrustedOnly\n/,
  );
});

test.each(['example.org/tools', 'https://example.org/a b', 'https://example.org/$arch'])(
  '%s is no URL for pacman',
  (url) => {
    expect(() => clientInstructions({ ...input, url })).toThrow('is no URL that pacman can read');
  },
);

test('machines go back by name, from this database', () => {
  const held = (name: string, version: string): HeldPackage => ({
    name,
    version,
    architecture: 'x86_64',
    slot: 'x86_64',
  });
  const [channel] = settings.channels;
  if (channel === undefined) throw new Error('no channel');
  expect(
    downgradeInstructions({
      id: 'tools',
      settings,
      channel,
      gone: [held('a', '1:2-1'), held('b', '1-1'), held('c', '1-1'), held('d', '1-1')],
      there: [held('a', '9-1'), held('b', '2-1'), held('d', '1-1')],
    }),
  ).toEqual({ commands: ['pacman -Sy', 'pacman -S tools/a tools/d'], lasting: undefined, left: ['c'] });
});

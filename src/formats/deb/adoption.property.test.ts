/** Whatever is in the files of another program, reading them ends, and no path leads out of the folder. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hasCode } from '../../core/pakhus-error.ts';
import type { ListedIndex } from '../adoption.ts';
import { adoption } from './adoption.ts';

const INDEX: ListedIndex = {
  path: 'dists/stable/main/binary-amd64/Packages',
  component: 'main',
  architecture: 'amd64',
  udeb: false,
  files: [],
};
const SHA256 = 'a'.repeat(64);

const nasty = fc.oneof(
  fc.constantFrom(
    '',
    '..',
    '../x',
    '/etc/passwd',
    'a/../../b',
    './pool/a.deb',
    'pool//a.deb',
    'a\\b',
    '.',
    'pool/a.deb/',
  ),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.array(fc.constantFrom('..', '.', 'pool', 'a', ''), { maxLength: 6 }).map((parts) => parts.join('/')),
);

function isInside(path: string): boolean {
  return path !== '' && path.split('/').every((part) => !['', '.', '..'].includes(part));
}

test('an index', () => {
  const stanza = fc
    .record({ name: nasty, version: nasty, filename: nasty, size: nasty, extra: nasty })
    .map(({ name, version, filename, size, extra }) =>
      [
        ...[`Package: ${name}`, `Version: ${version}`, 'Architecture: amd64', `Filename: ${filename}`],
        ...[`Size: ${size}`, `SHA256: ${SHA256}`, `X-Extra: ${extra}`, 'Description: x'],
      ].join('\n'),
    );
  const text = fc.oneof(
    fc.array(stanza, { maxLength: 5 }).map((all) => all.join('\n\n')),
    fc.string({ unit: 'binary' }),
  );
  fc.assert(
    fc.property(text, (written) => {
      for (const entry of adoption.readIndex(Buffer.from(written), INDEX)) {
        if ('problem' in entry) expect(entry.where).not.toBe('');
        else expect(isInside(entry.record.path)).toBe(true);
      }
    }),
  );
});

test('a path that stays inside is taken, a ./ in front of it left out', () => {
  for (const [filename, path] of [
    ['pool/a.deb', 'pool/a.deb'],
    ['./pool/a.deb', 'pool/a.deb'],
    ['././/pool/a b+c~1.deb', 'pool/a b+c~1.deb'],
  ] as const) {
    const text = `Package: aa\nVersion: 1\nArchitecture: amd64\nFilename: ${filename}\nSize: 1\nSHA256: ${SHA256}\n`;
    expect([...adoption.readIndex(Buffer.from(text), INDEX)]).toMatchObject([
      { record: { path, sizeBytes: 1 } },
    ]);
  }
});

test('a list of files', () => {
  const line = fc.tuple(fc.constantFrom(SHA256, 'x', ''), nasty, nasty).map((parts) => ` ${parts.join(' ')}`);
  const text = fc.oneof(
    fc
      .array(line, { maxLength: 5 })
      .map((lines) => `Date: ${new Date(0).toUTCString()}\nSHA256:\n${lines.join('\n')}`),
    fc.string({ unit: 'binary' }),
  );
  fc.assert(
    fc.property(text, (written) => {
      try {
        const { indexes } = adoption.readEntry(Buffer.from(written), { channel: 'stable', name: 'Release' });
        for (const { path } of indexes.flatMap(({ files }) => files)) expect(isInside(path)).toBe(true);
      } catch (error) {
        if (!hasCode(error, 'SETTINGS_INVALID')) throw error;
      }
    }),
  );
});

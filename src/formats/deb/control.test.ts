import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { runCommand } from '../../../tests/support/run-command.ts';
import { describeWith, lackOfTool } from '../../../tests/support/skip.ts';
import { createTempDir } from '../../../tests/support/temp.ts';
import { writeAr } from '../../codec/ar.ts';
import { writeTar } from '../../codec/tar-writer.ts';
import { readControl } from './control.ts';

const options = { name: 'x.deb' };

/** A control file of the usual fields, some of them with other values; undefined: left out. More lines come at the end. */
function control(changes: Readonly<Record<string, string | undefined>> = {}, more = ''): string {
  const fields = {
    Package: 'hello',
    Version: '1.0',
    Architecture: 'amd64',
    Maintainer: 'A <a@example.org>',
    ...changes,
    Description: 'x',
  };
  const lines = Object.entries(fields).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}: ${value}\n`],
  );
  return lines.join('') + more;
}

const read = (text: string | Uint8Array) => readControl(Buffer.from(text), options);

/** Title, control, codes of the lints. */
const ACCEPTED: readonly (readonly [string, string, readonly string[]])[] = [
  ['fields that every object of JavaScript has', control({ Constructor: '1' }), []],
  ['the usual fields', control(), []],
  ['unknown fields', control({ 'X-Note': 'kept' }), []],
  ['blanks before a colon', control({}, 'X-Note : kept\n'), []],
  ['empty lines around the stanza', `\n\n${control()}\n\n`, []],
  ['an empty field', control({ Homepage: '', Depends: '' }), []],
  ['an epoch and a revision', control({ Version: '2:1.0~rc1-3+b1' }), []],
  ['Multi-Arch: same', control({ 'Multi-Arch': 'same' }), []],
  ['lines that end with CR LF', control({ Depends: 'a,\n b' }).replaceAll('\n', '\r\n'), ['deb-crlf']],
  ['a name in upper case', control({ Package: 'Hello' }), ['deb-name-policy']],
  ['a name with an underscore', control({ Package: 'hello_world' }), ['deb-name-policy']],
  ['a name of one character', control({ Package: 'a' }), ['deb-name-policy']],
  ['Multi-Arch in upper case', control({ 'Multi-Arch': 'Foreign' }), ['deb-multi-arch-case']],
  ['Provides with a range', control({ Provides: 'a (= 1), b (>= 2)' }), ['deb-provides-version']],
  ['no Maintainer', control({ Maintainer: undefined }), ['deb-missing-field']],
  ['digests of its own', control({ MD5sum: '0', SHA512: '1' }), ['deb-own-index-fields']],
  ['a Source that is no name', control({ Source: 'https://example.org/x y' }), []],
];

/** Title, control, part of the message. dpkg refuses each of them, too. */
const REFUSED_BY_DPKG: readonly (readonly [string, string, string])[] = [
  ['no Package', control({ Package: undefined }), 'Package: the field is missing'],
  ['no Version', control({ Version: undefined }), 'Version: the field is missing'],
  ['an empty Package', control({ Package: '' }), 'Package "": it is empty'],
  ['an empty Version', control({ Version: '' }), 'Version "": it is empty'],
  [
    'a path for a name',
    control({ Package: '../x' }),
    'Package "../x": it does not begin with a letter or digit',
  ],
  ['a slash in the name', control({ Package: 'a/x' }), 'it has characters other than'],
  ['a Version of two words', control({ Version: '1.0 2' }), 'Version "1.0 2": it has characters other than'],
  [
    'a Version of two lines',
    control({ Version: '1.0\n 2' }),
    'Version "1.0\\n 2": it has characters other than',
  ],
  ['a Version with a slash', control({ Version: '1.0/../2' }), 'it has characters other than'],
  ['a Version of letters', control({ Version: 'v1' }), 'it does not start with a digit'],
  [
    'an unknown Multi-Arch',
    control({ 'Multi-Arch': 'maybe' }),
    'expected no, same, foreign, allowed, found "maybe"',
  ],
  ['Multi-Arch: same for all', control({ Architecture: 'all', 'Multi-Arch': 'same' }), 'same is not for'],
  ['an unknown Essential', control({ Essential: 'maybe' }), 'Essential: expected yes, no, found "maybe"'],
  ['a Status', control({ Status: 'install ok installed' }), 'Status: dpkg refuses this field'],
  ['a Config-Version', control({ 'Config-Version': '1' }), 'Config-Version: dpkg refuses this field'],
  ['a trailing comma', control({ Depends: 'a,' }), 'Depends: it ends with ","'],
  ['an empty first line', control({ Depends: '\n a' }), 'Depends: its first line is empty'],
  ['a build restriction', control({ Recommends: 'a [amd64]' }), 'Recommends: a has a restriction'],
  ['an alternative in Provides', control({ Provides: 'a | b' }), 'Provides: it cannot have alternatives'],
  ['no final newline', control().trimEnd(), 'the last line of control has no newline'],
  ['an empty field at the end', control({}, 'Depends:\n'), 'Depends: dpkg refuses an empty field at the end'],
  ['a line of blanks', control({}, ' \n'), 'line 6: a blank line inside Description'],
  [
    'an empty line with CR LF',
    `${control()}\n`.replaceAll('\n', '\r\n'),
    'an empty line that ends with CR LF',
  ],
  ['a field twice', control({}, 'package: other\n'), 'line 6: field package again, first in line 1'],
];

/** dpkg takes these, to the harm of apt, of the index or of the repository's paths. */
const REFUSED_BY_US: readonly (readonly [string, string, string])[] = [
  ['no Architecture', control({ Architecture: undefined }), 'Architecture: the field is missing'],
  ['a wildcard', control({ Architecture: 'any' }), 'a package is for one architecture or for all'],
  [
    'a wildcard for an OS',
    control({ Architecture: 'linux-any' }),
    'a package is for one architecture or for all',
  ],
  ['source', control({ Architecture: 'source' }), 'a package is for one architecture or for all'],
  ['the slot of an udeb', control({ Architecture: 'udeb-amd64' }), 'names that begin with udeb- are taken'],
  ['two architectures', control({ Architecture: 'amd64 arm64' }), 'it has characters other than a-z 0-9 -'],
  ['an obsolete Revision', control({ Revision: '2' }), 'Revision: dpkg would add this obsolete field'],
  ['a version that apt cannot parse', control({ Depends: 'a (=1)' }), 'apt needs a space'],
  ['a second stanza', `${control()}\n${control()}`, 'line 7: a second stanza begins'],
  ['NUL', control({ 'X-Note': 'a\0b' }), 'control character U+0000'],
  ['a CR inside a line', control({ 'X-Note': 'a\rFilename: b' }), 'a carriage return inside a line'],
  [
    'a Section that is too long for apt',
    control({ Section: 's'.repeat(1025) }),
    'longer than 1024 characters',
  ],
  [
    'a stanza that is too long for apt',
    control({ 'X-Note': 's'.repeat(1_000_000) }),
    'apt cannot read more than',
  ],
  [
    'a file name that is too long',
    control({ Version: '1'.repeat(240) }),
    'its file name would have more than 255',
  ],
];

describe('a control file', () => {
  test.each(ACCEPTED)('with %s is taken', (_title, text, lints) => {
    expect(read(text).lints.map((lint) => lint.code)).toEqual(lints);
  });

  test.each([...REFUSED_BY_DPKG, ...REFUSED_BY_US])('with %s is refused', (_title, text, message) => {
    expect(() => read(text)).toThrow(
      expect.objectContaining({ code: 'PACKAGE_INVALID', message: expect.stringContaining(message) }),
    );
    expect(() => read(text)).toThrow(/^x\.deb: /);
  });

  test('goes into the index field by field, as it is', () => {
    const text = control(
      { depends: 'a,\n  b', 'X-Note': '  two blanks  ' },
      ' long\n .\n\tmore\nTag: a,\n b\n',
    );
    expect(`${read(text).metadata}\n`).toBe(text);
  });

  test('loses what the publisher computes, and says so', () => {
    const own =
      'Filename : ../../evil\nsize: 1\nMD5sum: 0\nSHA1: 0\nSha256: 0\n 1\nSHA512: 0\nDescription-md5: zz\n';
    const meta = read(control({}, `${own}Checksum-FileSize: 1\nMSDOS-Filename: x\n long\n`));
    expect(`${meta.metadata}\n`).toBe(control());
    const message = expect.stringContaining(
      'Filename, size, MD5sum, SHA1, Sha256, SHA512, Description-md5, Checksum-FileSize',
    );
    expect(meta.lints).toEqual([{ code: 'deb-own-index-fields', message }]);
  });

  test('in Latin-1 is converted line by line', () => {
    const text = Buffer.concat([
      Buffer.from(control({ 'X-Utf8': 'Größe €' })),
      Buffer.from(' gr\xfc\xdfe \x80 \x93quoted\x94\n', 'latin1'),
    ]);
    const meta = read(text);
    expect(meta.metadata).toBe(`${control({ 'X-Utf8': 'Größe €' })} grüße € “quoted”`);
    expect(meta.lints).toEqual([{ code: 'deb-not-utf8', message: expect.stringContaining('in line 7;') }]);
  });
});

describe('the slot of a package', () => {
  const slot = (changes: Record<string, string>, name = 'x.deb') =>
    readControl(Buffer.from(control(changes)), { name }).slot;

  test.each([
    [{}, 'x.deb', 'amd64'],
    [{}, 'x.udeb', 'udeb-amd64'],
    [{ Architecture: 'all' }, 'x.udeb', 'udeb-all'],
    [{ Section: 'debian-installer' }, 'blob', 'udeb-amd64'],
    [{ Section: 'contrib/debian-installer' }, 'blob', 'udeb-amd64'],
    [{ 'Package-Type': 'udeb' }, 'x.deb', 'udeb-amd64'],
    [{ 'Package-Type': 'deb', Section: 'debian-installer' }, 'x.udeb', 'amd64'],
    [{ Section: 'utils' }, 'blob', 'amd64'],
  ])('%j in %s is %s', (changes, name, expected) => {
    expect(slot(changes, name)).toBe(expected);
  });
});

describeWith('dpkg --unpack', lackOfTool('dpkg'), () => {
  test('accepts and refuses the same control files', async () => {
    await using dir = await createTempDir('control');
    await Promise.all(
      ['info', 'updates', 'triggers'].map((name) =>
        mkdir(join(dir.path, 'var/lib/dpkg', name), { recursive: true }),
      ),
    );
    await writeFile(join(dir.path, 'var/lib/dpkg/status'), '');
    const deb = join(dir.path, 'x.deb');
    const accepts = async (text: string): Promise<boolean> => {
      await writeFile(deb, writeRaw(text));
      const dpkg = [
        'dpkg',
        `--root=${dir.path}`,
        '--no-act',
        '--force-not-root',
        '--force-bad-path',
      ] as const;
      return (await runCommand([...dpkg, '--force-architecture', '--unpack', deb])).code === 0;
    };
    const verdicts = async (rows: readonly (readonly [string, string, unknown])[]) => {
      const verdict: Record<string, boolean> = {};
      for (const [title, text] of rows) verdict[title] = await accepts(text);
      return verdict;
    };
    const all = (rows: readonly (readonly [string, ...unknown[]])[], value: boolean) =>
      Object.fromEntries(rows.map(([title]) => [title, value]));
    expect(await verdicts(ACCEPTED)).toEqual(all(ACCEPTED, true));
    expect(await verdicts(REFUSED_BY_DPKG)).toEqual(all(REFUSED_BY_DPKG, false));
  });
});

/** `writeDeb` adds a final newline; here the text is to stay as it is. */
function writeRaw(text: string): Uint8Array {
  const tar = (path: string, bytes: Uint8Array) => writeTar([{ path, bytes }], { mtimeSeconds: 0 });
  const members = [
    { name: 'debian-binary', bytes: Buffer.from('2.0\n') },
    { name: 'control.tar', bytes: tar('./control', Buffer.from(text)) },
    { name: 'data.tar', bytes: tar('./usr/share/hello', new Uint8Array()) },
  ];
  return writeAr(members, { mtimeSeconds: 0 });
}

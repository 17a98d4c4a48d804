/** The databases of pakhus beside those that repo-add makes of the very same files: packages in every compression, and their signatures. */
import { copyFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { createGnuPg } from '../../support/gnupg.ts';
import { createPakhus } from '../../support/pakhus.ts';
import { outputOf, plainEnvironment } from '../../support/run-command.ts';
import { describeWith, lackOfTools } from '../../support/skip.ts';
import { readTar } from '../../support/tar-archives.ts';

const FIXTURES = fileURLToPath(new URL('../../fixtures/pacman/x86_64', import.meta.url));
/** A tree as makepkg leaves it, packed with each of these. */
const PACKERS = ['cat', 'gzip -n', 'bzip2', 'xz', 'zstd -q'];
const SUFFIXES = ['', '.gz', '.bz2', '.xz', '.zst'];

/** `compression` of pakhus, the suffix of repo-add, and what unpacks it. */
const DATABASES: readonly (readonly [string, string, readonly [string, ...string[]]])[] = [
  ['plain', '', ['cat']],
  ['gzip', '.gz', ['gzip', '-dc']],
  ['xz', '.xz', ['xz', '-dc']],
  ['zstd', '.zst', ['zstd', '-qdc']],
];

/** One package for each way to pack. */
async function packAll(folder: string): Promise<void> {
  const tree = join(folder, 'tree');
  for (const [index, packer] of PACKERS.entries()) {
    const name = `packed-${index}`;
    const info = [
      ...[`pkgname = ${name}`, `pkgbase = packed`, 'pkgver = 3:1.0+r2.gabc-1.1', 'pkgdesc = Größe & <more>'],
      ...['url = https://example.org/?a=b%20c', 'builddate = 1767225600', 'packager = Anna <a@example.org>'],
      ...[
        'size = 12',
        'arch = any',
        'license = MIT',
        'license = custom: some',
        'group = base',
        'group = more',
      ],
      ...['replaces = older', 'conflict = other<2', 'provides = lib.so=1-64', 'backup = etc/packed.conf'],
      ...['depend = glibc>=2.38', 'optdepend = docs: to read', 'makedepend = cmake', 'checkdepend = bats'],
      'xdata = pkgtype=pkg',
    ];
    await mkdir(join(tree, 'usr/share/größe'), { recursive: true });
    await mkdir(join(tree, 'etc'), { recursive: true });
    await writeFile(join(tree, '.PKGINFO'), `# made by a test\n${info.join('\n')}\n`);
    await writeFile(join(tree, '.BUILDINFO'), `format = 2\npkgname = ${name}\n`);
    await writeFile(join(tree, '.INSTALL'), 'post_install() { :; }\n');
    await writeFile(join(tree, 'etc/packed.conf'), 'a = b\n');
    await writeFile(join(tree, `usr/share/größe/a file, ${index}`), 'some text\n');
    const file = join(folder, `${name}-3:1.0+r2.gabc-1.1-any.pkg.tar${SUFFIXES[index]}`);
    const options = '!all,use-set,type,uid,gid,mode,time,size,md5,sha256,link';
    const script = `bsdtar -czf .MTREE --format=mtree --options='${options}' .PKGINFO .BUILDINFO .INSTALL etc usr
      bsdtar -cf - .BUILDINFO .INSTALL .MTREE .PKGINFO etc usr | ${packer} > "$1"`;
    await outputOf(['sh', '-ec', script, 'pack', file], { cwd: tree, env: plainEnvironment() });
  }
}

/** The files of a database by their paths. repo-add of pacman 6.0 writes MD5SUM, later ones do not. */
async function membersOf(
  path: string,
  unpack: readonly [string, ...string[]],
): Promise<Readonly<Record<string, string>>> {
  // Bytes would not come out of a command as they are; the archive is written to a file.
  await outputOf(['sh', '-ec', `${unpack.join(' ')} < "$1" > "$1.plain"`, 'unpack', path]);
  const files = readTar(await readFile(`${path}.plain`)).filter(({ type }) => type === 'file');
  return Object.fromEntries(
    files.map(({ path: member, text }) => [member, text.replace(/%MD5SUM%\n.*\n\n/, '')]),
  );
}

describeWith('repo-add', lackOfTools('repo-add', 'bsdtar', 'gpg', 'gzip', 'bzip2', 'xz', 'zstd'), () => {
  test.each(DATABASES)('writes the same fields (%s)', async (compression, suffix, unpack) => {
    await using pakhus = await createPakhus();
    await packAll(pakhus.cwd);
    await writeFile(
      join(pakhus.cwd, 'pakhus.yaml'),
      `repositories: { tools: { format: pacman, compression: ${compression}, signDatabase: true } }\n`,
    );
    await pakhus.json(
      'publish',
      ...(await packagesIn(FIXTURES)),
      ...(await packagesIn(pakhus.cwd)),
      '--init',
    );
    const ours = join(pakhus.cwd, 'public/tools/x86_64');
    const theirs = join(pakhus.cwd, 'theirs');
    await mkdir(theirs);
    const files = (await readdir(ours)).filter((name) => name.includes('.pkg.tar'));
    for (const name of files) await copyFile(join(ours, name), join(theirs, name));

    await using gnupg = await createGnuPg();
    const { fingerprint } = await gnupg.makeKey({ algorithm: 'ed25519' });
    const packages = files.filter((name) => !name.endsWith('.sig'));
    expect(packages).toHaveLength(PACKERS.length + 5);
    const argv = ['repo-add', '-q', '-s', '-k', fingerprint, `tools.db.tar${suffix}`, ...packages] as const;
    await outputOf(argv, { cwd: theirs, env: gnupg.env });

    expect((await readdir(ours)).toSorted()).toEqual((await readdir(theirs)).toSorted());
    for (const kind of ['db', 'files']) {
      const wanted = await membersOf(join(theirs, `tools.${kind}`), unpack);
      expect(Object.keys(wanted)).toHaveLength(packages.length * (kind === 'db' ? 1 : 2));
      expect(await membersOf(join(ours, `tools.${kind}`), unpack)).toEqual(wanted);
    }
  });
});

async function packagesIn(folder: string): Promise<readonly string[]> {
  const names = (await readdir(folder)).filter((name) => name.includes('.pkg.tar'));
  // Two versions of one name: repo-add lists the last one that it is given.
  return names.filter((name) => !name.includes('-0.9rc1-')).map((name) => join(folder, name));
}

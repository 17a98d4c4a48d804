import { describe, expect, test } from 'vitest';
import type { PackageMeta } from '../format.ts';
import { hashedIndexPath, indexPath, kindOf, packagePath } from './paths.ts';

function meta(changes: Partial<PackageMeta> & { readonly source?: string } = {}): PackageMeta {
  const name = changes.name ?? 'hello';
  const source = changes.source === undefined ? '' : `\nSource: ${changes.source}`;
  return {
    name,
    version: '1.0-1',
    architecture: 'amd64',
    slot: 'amd64',
    metadata: `Package: ${name}${source}\nDescription: x\n Source: not-this`,
    lints: [],
    ...changes,
  };
}

const where = { component: 'main', sha256: '0123456789abcdef'.repeat(4), apart: false };

describe('the path of a package', () => {
  test.each([
    ['the first letter', meta(), 'pool/main/h/hello/hello_1.0-1_amd64.deb'],
    ['libX', meta({ name: 'libfoo++1' }), 'pool/main/libf/libfoo++1/libfoo++1_1.0-1_amd64.deb'],
    ['lib alone', meta({ name: 'lib' }), 'pool/main/l/lib/lib_1.0-1_amd64.deb'],
    ['the source', meta({ source: 'world' }), 'pool/main/w/world/hello_1.0-1_amd64.deb'],
    [
      'the source without version',
      meta({ source: 'libw (2:1)' }),
      'pool/main/libw/libw/hello_1.0-1_amd64.deb',
    ],
    [
      'the source in other letters, after a line that begins like it',
      { ...meta(), metadata: 'Section: x\nSources: no\nSOURCE \t: world\nDescription: x' },
      'pool/main/w/world/hello_1.0-1_amd64.deb',
    ],
    ['the source glued to its version', meta({ source: 'w(2)' }), 'pool/main/w/w/hello_1.0-1_amd64.deb'],
    ['no epoch', meta({ version: '2:1.0~rc1+b2:3-1' }), 'pool/main/h/hello/hello_1.0~rc1+b2:3-1_amd64.deb'],
    ['all', meta({ architecture: 'all', slot: 'all' }), 'pool/main/h/hello/hello_1.0-1_all.deb'],
    ['an udeb', meta({ slot: 'udeb-amd64' }), 'pool/main/h/hello/hello_1.0-1_amd64.udeb'],
    ['a source that is a path', meta({ source: '../../etc/x' }), 'pool/main/h/hello/hello_1.0-1_amd64.deb'],
    ['a source that is a URL', meta({ source: 'https://x/y' }), 'pool/main/h/hello/hello_1.0-1_amd64.deb'],
    ['an empty source', meta({ source: '' }), 'pool/main/h/hello/hello_1.0-1_amd64.deb'],
    ['a long source', meta({ source: 'x'.repeat(129) }), 'pool/main/h/hello/hello_1.0-1_amd64.deb'],
  ])('has %s', (_title, it, path) => {
    expect(packagePath(it, where)).toBe(path);
  });

  test('is apart where other bytes have the usual one', () => {
    const path = 'pool/contrib/h/hello/0123456789ab/hello_1.0-1_amd64.deb';
    expect(packagePath(meta(), { ...where, component: 'contrib', apart: true })).toBe(path);
  });
});

test('the path of an index', () => {
  expect(indexPath('stable', { component: 'main', slot: 'amd64' })).toBe(
    'dists/stable/main/binary-amd64/Packages',
  );
  expect(indexPath('stable', { component: 'main', slot: 'udeb-all' })).toBe(
    'dists/stable/main/debian-installer/binary-all/Packages',
  );
  expect(hashedIndexPath('dists/stable/main/binary-amd64/Packages.gz', 'ff')).toBe(
    'dists/stable/main/binary-amd64/by-hash/SHA256/ff',
  );
});

describe('what a name is the name of', () => {
  const index = (slot: string): string => indexPath('stable/updates', { component: 'main', slot });
  test.each<[path: string, kind: ReturnType<typeof kindOf>]>([
    [packagePath(meta(), where), 'package'],
    [packagePath(meta({ name: 'libfoo++1', version: '2:1.0~rc1+b2:3-1' }), where), 'package'],
    [packagePath(meta({ slot: 'udeb-amd64' }), { ...where, apart: true }), 'package'],
    [hashedIndexPath(`${index('amd64')}.xz`, where.sha256), 'index'],
    [hashedIndexPath(index('udeb-all'), where.sha256), 'index'],
    [`${index('amd64')}.gz`, undefined],
    ['dists/stable/InRelease', undefined],
    ['pool/main/h/hello/hello_1.0-1.dsc', undefined],
    ['pool/main/h/hello/hello.deb', undefined],
    ['key.asc', undefined],
  ])('%s: %s', (path, kind) => {
    expect(kindOf(path)).toBe(kind);
  });
});

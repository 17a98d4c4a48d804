import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { type AptRootOptions, createAptRoot } from '../../../tests/support/apt.ts';
import { createMachineClient } from '../../../tests/support/apt-client.ts';
import { memorySource } from '../../../tests/support/deb-fixtures.ts';
import { describeWith, lackOfTools } from '../../../tests/support/skip.ts';
import { createTempDir } from '../../../tests/support/temp.ts';
import { sha256Hex } from '../../core/digest.ts';
import type { ChannelView, PackageRecord, RenderedIndex, RepositorySettings } from '../format.ts';
import { deb, writeDeb } from './index.ts';

describe('the format', () => {
  test.each([
    ['a package', '!<arch>\ndebian-binary   1767225600  ', true],
    ['a package of GNU ar', '!<arch>\ndebian-binary/  1767225600  ', true],
    ['another ar archive', '!<arch>\nfoo.o/          ', false],
    ['an error page', '<!DOCTYPE html>', false],
    ['less than a header', '!<arch>\ndeb', false],
    ['nothing', '', false],
  ])('recognises %s', (_title, head, expected) => {
    expect(deb.recognise(Buffer.from(head), 'x')).toBe(expected);
    expect(deb.recognise(Buffer.from(head), 'x.ipk')).toBe(false);
  });

  test.each([
    ['pool/main/h/hello/hello_1_all.deb', 'application/vnd.debian.binary-package'],
    ['pool/main/h/hello/hello_1_all.udeb', 'application/vnd.debian.binary-package'],
    ['dists/stable/InRelease', 'text/plain; charset=utf-8'],
    ['dists/stable/Release.gpg', 'application/pgp-signature'],
    ['dists/stable/main/binary-amd64/Packages', 'text/plain; charset=utf-8'],
    ['dists/stable/main/binary-amd64/Packages.gz', 'application/gzip'],
    ['dists/stable/main/binary-amd64/Packages.xz', 'application/x-xz'],
    ['dists/stable/main/binary-amd64/Packages.zst', 'application/zstd'],
    [`dists/stable/main/binary-amd64/by-hash/SHA256/${'0'.repeat(64)}`, 'application/octet-stream'],
    ['keys/tools.asc', 'application/pgp-keys'],
  ])('%s is %s', (path, type) => {
    expect(deb.contentType(path)).toBe(type);
  });

  test('summarises a package', () => {
    const metadata =
      'Package: a\nSection: utils\nX-Note: b\nHomepage:\nDescription: one line\n more\n .\n end';
    const record = {
      name: 'a',
      version: '1',
      architecture: 'all',
      path: 'a',
      sizeBytes: 1,
      sha256: '',
      metadata,
    };
    expect(deb.summarise(record)).toEqual({
      summary: 'one line',
      section: 'utils',
      maintainer: undefined,
      homepage: undefined,
      fields: [
        { name: 'Package', value: 'a' },
        { name: 'Section', value: 'utils' },
        { name: 'X-Note', value: 'b' },
        { name: 'Homepage', value: '' },
        { name: 'Description', value: 'one line\n more\n .\n end' },
      ],
    });
  });
});

describeWith('apt', lackOfTools('apt-get', 'dpkg'), () => {
  const control = (name: string, version: string, more: readonly string[] = []): string =>
    [
      `Package: ${name}`,
      `Version: ${version}`,
      'Architecture: all',
      'Maintainer: A <a@b.c>',
      ...more,
      'Description: x',
      '',
    ].join('\n');

  /** A repository without signature, of these control files; gives its settings of sources.list(5). */
  async function publish(
    folder: string,
    controls: readonly string[],
    architectures: readonly string[],
  ): Promise<string> {
    const write = async (path: string, bytes: Uint8Array): Promise<void> => {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), bytes);
    };
    const settings: RepositorySettings = {
      format: 'deb',
      channels: [{ name: 'stable', options: {} }],
      components: ['main'],
      architectures,
      options: { compression: 'gzip' },
    };
    const records: PackageRecord[] = [];
    for (const text of controls) {
      const bytes = await writeDeb({ control: text, files: [] });
      const meta = await deb.readPackage(memorySource('x.deb', bytes));
      const sha256 = sha256Hex(bytes);
      const path = deb.packagePath(meta, {
        settings,
        channel: 'stable',
        component: 'main',
        sha256,
        apart: false,
      });
      await write(path, bytes);
      records.push({ ...meta, path, sizeBytes: bytes.length, sha256 });
    }
    deb.checkSettings(settings);
    const slots = new Map([['main', new Set(['all'])]]);
    const view: ChannelView = { settings, channel: { name: 'stable', options: {} }, slots };
    const indexes: RenderedIndex[] = [];
    for (const plan of deb.planIndexes(view)) {
      const plain =
        deb.segments[plan.segment]?.render(plan.slots.includes('all') ? records : []) ?? new Uint8Array();
      const gzip = gzipSync(plain);
      const gzipSha256 = sha256Hex(gzip);
      await write(deb.hashedIndexPath?.(`${plan.path}.gz`, gzipSha256) ?? '', gzip);
      indexes.push({
        plan,
        files: [
          { encoding: 'plain', sizeBytes: plain.length, sha256: sha256Hex(plain) },
          { encoding: 'gzip', sizeBytes: gzip.length, sha256: gzipSha256 },
        ],
      });
    }
    for (const pointer of deb.renderChannel(view, { indexes, dateMs: Date.UTC(2026, 0, 1) })) {
      if ('bytes' in pointer) await write(pointer.path, pointer.bytes);
    }
    return `Types: deb\nURIs: file:${folder}\nSuites: stable\nComponents: main\nTrusted: yes\n`;
  }

  async function rootOf(sources: string, more: Partial<AptRootOptions> = {}) {
    return createAptRoot(await createMachineClient(), { sources, ...more });
  }

  test.each([
    ['for some architectures, by the index of its own', ['amd64', 'arm64']],
    ['for all, by binary-all', []],
  ])('installs from a repository %s, each package once', async (_title, architectures) => {
    await using dir = await createTempDir('apt');
    const names = ['libhello++1', 'hello'];
    const depends = ['Depends: libhello++1 (>= 1:1.0~rc1), other | gone', 'Provides: virtual (= 2)'];
    const controls = [
      control('libhello++1', '1:1.0+b~2-1'),
      control('hello', '2.0', depends),
      control('other', '1'),
    ];
    await using root = await rootOf(await publish(dir.path, controls, architectures));
    expect(await root.update()).toMatchObject({ code: 0 });
    expect(await root.policy('hello')).toEqual({ installed: undefined, candidate: '2.0', versions: ['2.0'] });
    expect(await root.install('hello')).toMatchObject({ code: 0 });
    expect([...(await root.installed()).keys()].sort()).toEqual([...names, 'other'].sort());
  });

  test('reads the largest stanza and the longest words that are accepted', async () => {
    await using dir = await createTempDir('apt');
    const word = 'a'.repeat(1024);
    const long = control('large', '1', [
      `Depends: ${word} (= ${'1'.repeat(1024)})`,
      `Section: ${word}`,
      `Source: ${word}`,
      `X-Note: ${'x'.repeat(990_000)}`,
    ]);
    const controls = [
      control('first', '1'),
      long,
      ...Array.from({ length: 200 }, (_, i) => control(`p${i}`, '1')),
      long.replace('Package: large', 'Package: large2'),
    ];
    await using root = await rootOf(await publish(dir.path, controls, ['amd64']));
    const update = await root.update();
    expect(update).toMatchObject({ code: 0, stderr: '' });
    for (const name of ['first', 'large', 'p199', 'large2']) {
      expect(await root.policy(name)).toMatchObject({ candidate: '1' });
    }
  });
});

import { createHash } from 'node:crypto';
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { createGnuPg, type GnuPg, type MadeKey } from './gnupg.ts';
import { outputOf } from './run-command.ts';
import { type Lack, lackOfTools } from './skip.ts';
import { createTempDir } from './temp.ts';

/** A static apt repository of the suite `bookworm`, as another program leaves it for a web server. */
export interface VendorTree extends AsyncDisposable {
  /** The folder that is served: `dists/` lies in it. */
  readonly path: string;
  readonly gnupg: GnuPg;
  /** Who signs it. */
  readonly key: MadeKey;
  /** Adds packages, by the program that made the tree. */
  add(...debs: readonly string[]): Promise<void>;
}

/** A program that makes such trees. */
export interface VendorMaker {
  readonly name: string;
  readonly lack: Lack;
  create(): Promise<VendorTree>;
}

interface Workshop {
  readonly folder: string;
  readonly gnupg: GnuPg;
  readonly key: MadeKey;
}

export const REPREPRO: VendorMaker = {
  name: 'reprepro',
  lack: lackOfTools('reprepro', 'gpg'),
  create: () => createTree(byReprepro),
};

/** What there is to take over. */
export const VENDOR_MAKERS: readonly VendorMaker[] = [
  REPREPRO,
  {
    name: 'aptly',
    lack: lackOfTools('aptly', 'gpg'),
    create: () => createTree(byAptly),
  },
  {
    name: 'the layout of deb-s3',
    lack: lackOfTools('dpkg-deb', 'gpg'),
    create: () => createTree(asDebS3),
  },
];

async function createTree(
  build: (shop: Workshop) => Promise<Pick<VendorTree, 'path' | 'add'>>,
): Promise<VendorTree> {
  const dir = await createTempDir('vendor');
  const gnupg = await createGnuPg();
  const key = await gnupg.makeKey({ algorithm: 'rsa3072' });
  return {
    ...(await build({ folder: dir.path, gnupg, key })),
    gnupg,
    key,
    async [Symbol.asyncDispose]() {
      await gnupg[Symbol.asyncDispose]();
      await dir[Symbol.asyncDispose]();
    },
  };
}

async function byReprepro({ folder, gnupg, key }: Workshop): Promise<Pick<VendorTree, 'path' | 'add'>> {
  await mkdir(join(folder, 'conf'));
  const lines = [
    'Origin: Vendor',
    'Label: Tools of Vendor',
    'Suite: stable',
    'Codename: bookworm',
    'Architectures: amd64 arm64 source',
    'Components: main',
    'Description: made by reprepro',
    `SignWith: ${key.fingerprint}`,
  ];
  await writeFile(join(folder, 'conf/distributions'), `${lines.join('\n')}\n`);
  const add: VendorTree['add'] = async (...debs) => {
    const override = ['-S', 'misc', '-P', 'optional'] as const;
    await outputOf(['reprepro', '-b', folder, ...override, 'includedeb', 'bookworm', ...debs], {
      env: gnupg.env,
    });
  };
  return { path: folder, add };
}

async function byAptly({ folder, gnupg, key }: Workshop): Promise<Pick<VendorTree, 'path' | 'add'>> {
  const path = join(folder, 'public');
  const config = join(folder, 'aptly.conf');
  const endpoints = { web: { rootDir: path, linkMethod: 'copy' } };
  await writeFile(
    config,
    JSON.stringify({ rootDir: join(folder, 'aptly'), FileSystemPublishEndpoints: endpoints }),
  );
  const aptly = (...args: readonly string[]): Promise<string> =>
    outputOf(['aptly', `-config=${config}`, ...args], { env: { ...gnupg.env, HOME: folder } });
  await aptly('repo', 'create', '-distribution=bookworm', '-component=main', 'tools');
  const signing = ['-batch', `-gpg-key=${key.fingerprint}`] as const;
  let isPublished = false;
  const add: VendorTree['add'] = async (...debs) => {
    await aptly('repo', 'add', 'tools', ...debs);
    if (isPublished) await aptly('publish', 'update', ...signing, 'bookworm', 'filesystem:web:');
    else await aptly('publish', 'repo', ...signing, '-architectures=amd64,arm64', 'tools', 'filesystem:web:');
    isPublished = true;
  };
  return { path, add };
}

/**
 * The tree that deb-s3 writes: packages in `pool/<suite>/h/he/`, each stanza made anew with fields of its own, an empty `Suite`, indexes
 * plain and gzip, for three architectures whatever there is.
 */
async function asDebS3({ folder, gnupg, key }: Workshop): Promise<Pick<VendorTree, 'path' | 'add'>> {
  const stanzas = new Map<string, string[]>(['amd64', 'i386', 'armhf'].map((name) => [name, []]));
  const add: VendorTree['add'] = async (...debs) => {
    for (const deb of debs) {
      const field = async (name: string): Promise<string> =>
        (await outputOf(['dpkg-deb', '-f', deb, name])).trimEnd();
      const [name, version, architecture] = [
        await field('Package'),
        await field('Version'),
        await field('Architecture'),
      ];
      const path = `pool/bookworm/${name.slice(0, 1)}/${name.slice(0, 2)}/${basename(deb)}`;
      const bytes = await readFile(deb);
      await mkdir(join(folder, path, '..'), { recursive: true });
      await copyFile(deb, join(folder, path));
      const depends = await field('Depends');
      const stanza = [
        `Package: ${name}`,
        `Version: ${version}`,
        'License: unknown',
        'Vendor: none',
        `Architecture: ${architecture}`,
        `Maintainer: ${await field('Maintainer')}`,
        'Installed-Size: ',
        ...(depends === '' ? [] : [`Depends: ${depends}`]),
        'Section: default',
        'Priority: ',
        'Homepage: http://nourlgiven.example.com/',
        `Filename: ${path}`,
        `Size: ${bytes.length}`,
        `SHA1: ${digest('sha1', bytes)}`,
        `SHA256: ${digest('sha256', bytes)}`,
        `MD5sum: ${digest('md5', bytes)}`,
        `Description: ${await field('Description')}`,
      ];
      for (const [one, own] of stanzas)
        if (architecture === 'all' || architecture === one) own.push(`${stanza.join('\n')}\n`);
    }
    await writeDebS3Suite({ folder, gnupg, key }, stanzas);
  };
  return { path: folder, add };
}

async function writeDebS3Suite(
  { folder, gnupg, key }: Workshop,
  stanzas: ReadonlyMap<string, readonly string[]>,
): Promise<void> {
  const suite = join(folder, 'dists/bookworm');
  const files = new Map<string, Buffer>();
  for (const [architecture, own] of stanzas) {
    const text = Buffer.from(own.join('\n'));
    files.set(`main/binary-${architecture}/Packages`, text);
    files.set(`main/binary-${architecture}/Packages.gz`, gzipSync(text));
  }
  for (const [path, bytes] of files) {
    await mkdir(join(suite, path, '..'), { recursive: true });
    await writeFile(join(suite, path), bytes);
  }
  const list = (algorithm: string): readonly string[] =>
    [...files].map(
      ([path, bytes]) => ` ${digest(algorithm, bytes)} ${String(bytes.length).padStart(16)} ${path}`,
    );
  const release = [
    'Codename: bookworm',
    `Date: ${new Date().toUTCString().replace('GMT', 'UTC')}`,
    `Architectures: ${[...stanzas.keys()].join(' ')}`,
    'Components: main',
    'Suite: ',
    ...['MD5Sum:', ...list('md5'), 'SHA1:', ...list('sha1'), 'SHA256:', ...list('sha256')],
  ];
  const text = `${release.join('\n')}\n`;
  const sign = (...how: readonly string[]): Promise<string> =>
    gnupg.gpg(['--armor', '--local-user', key.fingerprint, '--digest-algo', 'SHA256', ...how], text);
  await writeFile(join(suite, 'Release'), text);
  await writeFile(join(suite, 'InRelease'), await sign('--clearsign'));
  await writeFile(join(suite, 'Release.gpg'), await sign('--detach-sign'));
}

function digest(algorithm: string, bytes: Uint8Array): string {
  return createHash(algorithm).update(bytes).digest('hex');
}

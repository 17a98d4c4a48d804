/**
 * opkg: a folder of packages becomes a feed. The peer is the shell loop that OpenWrt's build and most custom feeds use
 * (`ipkg-make-index.sh`), from nothing whenever a package comes: for each a digest, a size, and the control file out of two archives. It
 * signs nothing.
 */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { writeIpk } from '../src/formats/opkg/write-ipk.ts';
import { type Measurement, measure } from './measure.ts';
import { ownHome, PAKHUS, POINTERS_REST_MS } from './pakhus.ts';
import { createRandom } from './random.ts';
import type { Recorder } from './recorder.ts';

/** Packages in the feed. */
const COUNT = 1000;
const LEAST_PAYLOAD_BYTES = 200;
const PAYLOAD_RANGE_BYTES = 10_000;

/** What the scripts do, as the documentation of OpenWrt's build describes it; sha256sum and stat stand for its own tools. */
const MAKE_INDEX = `
find . -name '*.ipk' | sort | while read -r pkg; do
  name=\${pkg##*/}; name=\${name%%_*}
  case "$name" in kernel|libc) continue ;; esac
  size=$(stat -L -c%s "$pkg")
  sum=$(sha256sum "$pkg"); sum=\${sum%% *}
  tar -xzOf "$pkg" ./control.tar.gz | tar -xzOf - ./control |
    sed -e "s/^Description:/Filename: \${pkg#./}\\\\
Size: $size\\\\
SHA256sum: $sum\\\\
Description:/"
  echo ""
done > Packages.manifest
grep -vE '^(Maintainer|LicenseFiles|Source|SourceName|Require|SourceDateEpoch)' Packages.manifest > Packages
gzip -9nc Packages > Packages.gz
`;

/** Both make a feed of the same packages from nothing. Throws when they do not list the same. */
export async function benchOpkg(
  dir: string,
  { recorder, seed, times }: { readonly recorder: Recorder; readonly seed: number; readonly times: number },
): Promise<void> {
  const root = join(dir, 'opkg');
  const feed = join(root, 'feed');
  const state = join(root, 'pakhus');
  await rm(root, { recursive: true, force: true });
  await mkdir(feed, { recursive: true });
  try {
    await writePackages(feed, seed);
    for (let i = 0; i < times; i++) {
      recorder.record('make-index', 'opkg', await measure({ argv: ['sh', '-c', MAKE_INDEX], cwd: feed }));
      await rm(state, { recursive: true, force: true });
      await mkdir(join(state, 'home'), { recursive: true });
      const publish = async (path: string): Promise<Measurement> => {
        const argv = [process.execPath, PAKHUS, 'publish', path, '--init', '--json'];
        // Compiled code is kept from run to run, as for anybody who has run pakhus once.
        const env = { ...ownHome(join(state, 'home')), XDG_CACHE_HOME: join(root, 'cache') };
        return measure({ argv, cwd: state, env });
      };
      recorder.record('pakhus', 'opkg', await publish(feed));
      const more = join(root, 'one-more.ipk');
      await writeFile(more, ONE_MORE);
      await sleep(POINTERS_REST_MS);
      recorder.record('pakhus', 'opkg-one-more', await publish(more));
    }
    const ours = await stanzasOf(join(state, 'public/opkg/stable/packages/mips_24kc/main/Packages.manifest'));
    const theirs = await stanzasOf(join(feed, 'Packages.manifest'));
    if (!isOneMore(ours, theirs)) throw new Error('opkg: pakhus and the shell loop list other packages');
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

async function writePackages(folder: string, seed: number): Promise<void> {
  const random = createRandom(seed);
  for (let index = 0; index < COUNT; index++) {
    const name = `bench-package-${index}`;
    const version = `1.${random.below(100)}-r1`;
    const control = [
      `Package: ${name}`,
      `Version: ${version}`,
      `Depends: libc, bench-package-${random.below(COUNT)}`,
      `Source: feeds/bench/${name}`,
      'License: MIT',
      'Section: utils',
      'Maintainer: Bench <bench@example.org>',
      'Architecture: mips_24kc',
      'Installed-Size: 10240',
      `Description: package number ${index}`,
    ].join('\n');
    const bytes = random.bytes(LEAST_PAYLOAD_BYTES + random.below(PAYLOAD_RANGE_BYTES));
    const ipk = writeIpk({ control, files: [{ path: `./usr/bin/${name}`, bytes, mode: 0o755 }] });
    await writeFile(join(folder, `${name}_${version}_mips_24kc.ipk`), ipk);
  }
}

/** What comes later: a name of its own. */
const ONE_MORE = writeIpk({
  control: 'Package: one-more\nVersion: 1\nArchitecture: mips_24kc\nDescription: one more',
  files: [],
});

function isOneMore(ours: readonly string[], theirs: readonly string[]): boolean {
  const others = ours.filter((stanza) => !stanza.startsWith('Package: one-more\n'));
  return ours.length === theirs.length + 1 && others.every((stanza, index) => stanza === theirs[index]);
}

/** The stanzas of an index, in one order. */
async function stanzasOf(path: string): Promise<readonly string[]> {
  const text = await readFile(path, 'utf8');
  return text
    .split(/\n{2,}/)
    .filter((stanza) => stanza !== '')
    .sort();
}

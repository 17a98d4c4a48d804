import './instant-zlib.ts';
import { join } from 'node:path';
import type { Identity } from '../../../src/repository/change/actions.ts';
import { inspectPackage } from '../../../src/repository/ingest/inspect-package.ts';
import type { InspectedPackage } from '../../../src/repository/ingest/inspected.ts';
import { quickDeb } from '../../support/quick-deb.ts';

const NAMES = ['apple', 'banana', 'cherry', 'date', 'elder'] as const;
const VERSIONS = ['1.0', '1.1', '2.0'] as const;
const ARCHITECTURES = ['amd64', 'amd64', 'all', 'arm64', 'amd64'] as const;
/** The second one has other bytes, as when a package is built again. */
const BUILDS = [0, 1] as const;

/** A package file that publishers of a simulation have, read beforehand. */
export interface Sample {
  readonly inspected: InspectedPackage;
  readonly build: number;
  /** Of the same name, version and architecture. */
  readonly rebuilt: () => Sample;
}

/** The packages of a simulation: few names, so that writers get in each other's way. */
export interface Palette {
  readonly samples: readonly [Sample, ...Sample[]];
  /** `apple=1.0`: its first build. */
  sample(what: string): Sample;
  /** Published at the end of a run, and never before. */
  readonly last: Sample;
  /** What the file with these bytes is. @throws Error when nobody has such a file */
  identify(sha256: string): Identity;
}

/** Makes the package files in `folder`. */
export async function createPalette(folder: string): Promise<Palette> {
  const samples: Sample[] = [];
  for (const [at, name] of [...NAMES, 'last'].entries()) {
    for (const version of VERSIONS) {
      const builds: Sample[] = [];
      for (const build of BUILDS) {
        const spec = {
          name,
          version,
          architecture: ARCHITECTURES[at] ?? 'all',
          content: `${name} ${version} ${build}`,
        };
        const inspected = await inspectPackage(await quickDeb(join(folder, String(build)), spec));
        if (!('meta' in inspected)) throw new Error('inspected without what is known');
        builds.push({ inspected, build, rebuilt: () => builds[1 - build] ?? missing() });
      }
      samples.push(...builds);
    }
  }
  const last = samples.find(({ inspected }) => inspected.meta.name === 'last') ?? missing();
  const [first = missing(), ...others] = samples.filter(({ inspected }) => inspected.meta.name !== 'last');
  const bySha256 = new Map(samples.map(({ inspected }) => [inspected.sha256, inspected.meta]));
  const identify = (sha256: string): Identity => {
    const found = bySha256.get(sha256);
    if (found === undefined) throw new Error(`nobody has a package file ${sha256}`);
    return found;
  };
  const sample = (what: string): Sample => {
    const [name, version] = what.split('=');
    return (
      samples.find(({ inspected: { meta } }) => meta.name === name && meta.version === version) ?? missing()
    );
  };
  return { samples: [first, ...others], sample, last, identify };
}

function missing(): never {
  throw new Error('the palette has no such sample');
}

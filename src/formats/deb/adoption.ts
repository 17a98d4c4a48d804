import type { AdoptionRules } from '../adoption.ts';
import type { Encoding } from '../format.ts';
import { adoptPackage, readListedPackages } from './adopt-packages.ts';
import { readRelease } from './adopt-release.ts';
import { ARCHITECTURE_ALL } from './channel.ts';
import { DEB_OPTIONS } from './options.ts';
import { channelFolder } from './paths.ts';
import { splitSlot } from './slots.ts';

/** apt repositories with a tree of suites below `dists/`. */
export const adoption: AdoptionRules = {
  folder: 'dists/',
  packageFolder: 'pool/',
  entryFiles: (channel) => {
    const folder = channelFolder(channel);
    return { clear: `${folder}/InRelease`, text: `${folder}/Release`, signature: `${folder}/Release.gpg` };
  },
  readEntry: readRelease,
  readIndex: readListedPackages,
  fits: ({ udeb, architecture }, { slot }) => {
    const own = splitSlot(slot);
    return own.udeb === udeb && [architecture, ARCHITECTURE_ALL].includes(own.architecture);
  },
  adopt: adoptPackage,
  ownOptions: new Set(Object.keys(DEB_OPTIONS).filter((name) => DEB_OPTIONS[name]?.ofChannel)),
  encodingsOption: (encodings) => {
    const known: readonly Encoding[] = ['plain', 'gzip', 'xz', 'zstd'];
    return { compression: known.filter((one) => encodings.has(one)).join(' ') };
  },
};

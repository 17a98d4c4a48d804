/**
 * Public subpath `pakhus/formats/opkg`: packages of OpenWrt and its kin, and feeds that opkg reads.
 *
 * ```
 * .ipk ── read-ipk ──▶ control ──▶ PackageMeta          paths: where files are, and copies of those for all
 *                                     │
 *    Packages.manifest, Packages ◀── render-packages (segments)     channel: which indexes there are
 *            │             │
 *       index.json    Packages.sig (usign)                          client: how opkg finds it
 *                                                                   downgrade: how it goes back
 * ```
 */
import { AR_MAGIC } from '../../codec/ar.ts';
import type { Format } from '../format.ts';
import { compareVersions } from '../shared/dpkg-version.ts';
import { peekTarNames } from '../shared/peek-tar.ts';
import { summarise } from '../shared/summary.ts';
import { planIndexes, renderChannel } from './channel.ts';
import { checkSettings } from './check-settings.ts';
import { clientInstructions } from './client.ts';
import { downgradeInstructions } from './downgrade.ts';
import { kernels } from './mixed-kernels.ts';
import { companions, contentType, kindOf, packagePath } from './paths.ts';
import { plainFiles, sums } from './plain-files.ts';
import { readIpk } from './read-ipk.ts';
import { readRelations } from './relations.ts';
import { segments } from './render-packages.ts';
import { repackIpk } from './repack.ts';

/** Of the name in the header of a member. */
const AR_NAME_BYTES = 16;

/** The format of OpenWrt: `.ipk`, opkg. Versions are in the order of dpkg. */
export const opkg: Format = {
  name: 'opkg',
  client: 'opkg',
  fileExtensions: ['.ipk'],
  signedBy: 'usign',
  alsoSignedBy: ({ options, channels }) =>
    [{ options }, ...channels].some((one) => one.options['files'] !== undefined) ? 'openpgp' : undefined,
  recognise,
  readPackage: readIpk,
  together: kernels,
  repack: repackIpk,
  packagePath,
  companions,
  compareVersions,
  slotsOf: (architecture) => [architecture],
  relations: readRelations,
  summarise,
  checkSettings,
  segments: { ...segments, sums },
  plainFiles,
  planIndexes,
  kindOf,
  renderChannel,
  contentType,
  clientInstructions,
  downgradeInstructions,
};

const MEMBER = /^(?:debian-binary|(?:control|data)\.tar(?:\.\w+)?)$/;

/** A tar archive, compressed or not, with the members of a package; or the old form, which a `.deb` has too, by its name. */
function recognise(head: Uint8Array, name: string): boolean {
  const start = Buffer.from(head.subarray(0, AR_MAGIC.length + AR_NAME_BYTES)).toString('latin1');
  if (!start.startsWith(AR_MAGIC)) return peekTarNames(head).some((one) => MEMBER.test(one));
  const [first = ''] = start.slice(AR_MAGIC.length).split(/[ /]/);
  return name.toLowerCase().endsWith('.ipk') && MEMBER.test(first);
}

/**
 * Public subpath `pakhus/formats/deb`: Debian packages and apt repositories.
 *
 * ```
 * .deb ── read-deb ──▶ control ──▶ PackageMeta          paths: where files are         version, relations
 *                                     │
 *           Packages ◀── render-packages (segments)     channel: which indexes there are
 *               │
 *           Release, Release.gpg, InRelease ◀── release                              client: how apt finds it
 *           those of others ── adopt-release, adopt-packages ──▶ settings, records
 *                                                                                    downgrade: how it goes back
 * ```
 */
import { AR_MAGIC } from '../../codec/ar.ts';
import type { Format } from '../format.ts';
import { compareVersions } from '../shared/dpkg-version.ts';
import { summarise } from '../shared/summary.ts';
import { adoption } from './adoption.ts';
import { planIndexes } from './channel.ts';
import { checkSettings } from './check-settings.ts';
import { clientInstructions } from './client.ts';
import { contentType } from './content-type.ts';
import { downgradeInstructions } from './downgrade.ts';
import { installRules } from './install-rules.ts';
import { validUntil } from './options.ts';
import { hashedIndexPath, kindOf, packagePath } from './paths.ts';
import { readDeb } from './read-deb.ts';
import { readPackages } from './read-packages.ts';
import { readRelations } from './relations.ts';
import { renderChannel } from './release.ts';
import { renderPackages } from './render-packages.ts';
import { slotsOf } from './slots.ts';

export { type DebContents, type DebFile, writeDeb } from './write-deb.ts';

/** The format of Debian, Ubuntu and their kin: `.deb` and `.udeb`, apt. */
export const deb: Format = {
  name: 'deb',
  client: 'apt',
  fileExtensions: ['.deb', '.udeb'],
  signedBy: 'openpgp',
  recognise,
  readPackage: readDeb,
  packagePath,
  compareVersions,
  slotsOf,
  relations: readRelations,
  install: installRules,
  summarise,
  checkSettings,
  segments: { packages: { render: renderPackages, reader: readPackages } },
  planIndexes,
  hashedIndexPath,
  kindOf,
  renderChannel,
  validUntil,
  contentType,
  clientInstructions,
  downgradeInstructions,
  adoption,
};

/** An ar archive whose first member is `debian-binary`; opkg's old packages have the same beginning, so the name tells. */
function recognise(head: Uint8Array, name: string): boolean {
  if (name.toLowerCase().endsWith('.ipk')) return false;
  const start = Buffer.from(head.subarray(0, 24)).toString('latin1');
  return /^debian-binary[/ ]/.test(start.slice(AR_MAGIC.length)) && start.startsWith(AR_MAGIC);
}

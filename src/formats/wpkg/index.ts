/**
 * Public subpath `pakhus/formats/wpkg`: packages of wpkg, for Windows and other systems, and the indexes that it reads.
 *
 * ```
 * .deb ── read-wpkg ──▶ control, field-rules ──▶ ctrl ──▶ PackageMeta          paths: where files are, and copies of them
 *                                                            │
 *                        index.tar.gz ◀── render-index (segments of a tar)     channel: which indexes there are
 *                                                                              client: how wpkg finds it
 *                                                                              downgrade: how it goes back
 * ```
 * Nothing is signed: wpkg checks no signature and no digest.
 */
import { AR_MAGIC } from '../../codec/ar.ts';
import type { Format, PackageMeta } from '../format.ts';
import { summarise } from '../shared/summary.ts';
import { fullArchitecture, INDEPENDENT, isOnlyOfWpkg } from './architecture.ts';
import { planIndexes } from './channel.ts';
import { checkSettings } from './check-settings.ts';
import { clientInstructions } from './client.ts';
import { downgradeInstructions } from './downgrade.ts';
import { listsAllVersions } from './options.ts';
import { companions, contentType, kindOf, packagePath } from './paths.ts';
import { readWpkg } from './read-wpkg.ts';
import { readRelations } from './relations.ts';
import { segments } from './render-index.ts';
import { repackWpkg } from './repack.ts';
import { compareVersions } from './version.ts';

/** The format of wpkg: `.deb` files of its own kind. */
export const wpkg: Format = {
  name: 'wpkg',
  client: 'wpkg',
  fileExtensions: ['.deb'],
  signedBy: undefined,
  recognise,
  claims,
  readPackage: readWpkg,
  repack: repackWpkg,
  packagePath,
  companions,
  compareVersions,
  shareNames: (a, b) => a === b || a === INDEPENDENT || b === INDEPENDENT,
  listsAllVersions,
  slotsOf: (architecture) => [fullArchitecture(architecture) ?? architecture],
  relations: readRelations,
  summarise,
  checkSettings,
  segments,
  planIndexes,
  kindOf,
  renderChannel: () => [],
  contentType,
  clientInstructions,
  downgradeInstructions,
};

/** An ar archive whose first member is `debian-binary`, and no package for the installer of Debian or for opkg by its name. */
function recognise(head: Uint8Array, name: string): boolean {
  if (/\.(?:ipk|udeb)$/i.test(name)) return false;
  const start = Buffer.from(head.subarray(0, 24)).toString('latin1');
  return /^debian-binary[/ ]/.test(start.slice(AR_MAGIC.length)) && start.startsWith(AR_MAGIC);
}

/** Written by wpkg itself, or for an architecture that only wpkg calls so. */
function claims({ architecture, metadata }: PackageMeta): boolean {
  return isOnlyOfWpkg(architecture) || /^Packager-Version[ \t]*:/im.test(metadata);
}

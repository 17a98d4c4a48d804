/**
 * Public subpath `pakhus/formats/pacman`: packages of Arch Linux and its kin, and the databases that pacman reads.
 *
 * ```
 * .pkg.tar.* ── read-package ──▶ .PKGINFO, paths ── meta, desc ──▶ PackageMeta          paths: where files are, copies, signatures
 *                                                                     │
 *          <database>.db, <database>.files ◀── render-database (segments of a tar)      channel: which databases there are
 *                                                                                       client: how pacman finds them
 *                                                                                       downgrade: how it goes back
 * ```
 */
import { sniffEncoding } from '../../codec/compression-encoding.ts';
import type { Format } from '../format.ts';
import { peekTarNames } from '../shared/peek-tar.ts';
import { planIndexes, renderChannel } from './channel.ts';
import { checkSettings } from './check-settings.ts';
import { clientInstructions } from './client.ts';
import { downgradeInstructions } from './downgrade.ts';
import { companions, contentType, INDEPENDENT, kindOf, packagePath } from './paths.ts';
import { readPackage, SUFFIXES } from './read-package.ts';
import { readRelations } from './relations.ts';
import { segments } from './render-database.ts';
import { signatures } from './signatures.ts';
import { breaksClients } from './signed-databases.ts';
import { summarise } from './summary.ts';
import { compareVersions } from './version.ts';

/** The format of Arch Linux: `.pkg.tar.zst` and others, pacman. */
export const pacman: Format = {
  name: 'pacman',
  client: 'pacman',
  fileExtensions: [
    '.pkg.tar',
    ...Object.values(SUFFIXES)
      .filter(Boolean)
      .map((one) => `.pkg.tar${one}`),
  ],
  signedBy: 'openpgp',
  recognise,
  readPackage,
  packagePath,
  companions,
  packageSignatures: signatures,
  compareVersions,
  shareNames: (a, b) => a === b || a === INDEPENDENT || b === INDEPENDENT,
  slotsOf: (architecture) => [architecture],
  relations: readRelations,
  summarise,
  checkSettings,
  breaksClients,
  segments,
  planIndexes,
  kindOf,
  renderChannel,
  contentType,
  clientInstructions,
  downgradeInstructions,
};

/** Members of a package come first in it; what is compressed in a way that cannot be peeked into is told by its name as well. */
function recognise(head: Uint8Array, name: string): boolean {
  if (peekTarNames(head).some((one) => /^\.(?:PKGINFO|BUILDINFO|MTREE)$/.test(one))) return true;
  const compression = sniffEncoding(head);
  const suffix = SUFFIXES[compression];
  return compression !== 'none' && suffix !== undefined && /\.pkg\.tar(?:\.\w+)?$/i.test(name);
}

/** Why a package cannot be put where it is wanted. */
import type { RunKey } from '../../catalog/catalog.ts';
import { PakhusError } from '../../core/pakhus-error.ts';
import type { PackageRecord } from '../../formats/format.ts';

/** Whoever commits leaves the intent open and looks again when the sweep is over. */
export function sweeping(what: string): PakhusError {
  return new PakhusError('LEDGER_SWEEPING', `${what} is being deleted right now`, {
    hint: 'Run the command again in a minute.',
    details: { what },
  });
}

/** PACKAGE_CONFLICT: a channel has one file for each name, version and architecture. */
export function conflict(
  run: RunKey,
  { there, added }: { readonly there: PackageRecord; readonly added: PackageRecord },
): PakhusError {
  const what = `${added.name} ${added.version} ${added.architecture}`;
  return new PakhusError(
    'PACKAGE_CONFLICT',
    `${what} is in ${run.channel}/${run.component} already, with other bytes: SHA-256 ${there.sha256} there, ${added.sha256} here`,
    {
      hint: 'Give the new build a higher version, publish it to another channel, or remove the old one first.',
      details: { there: there.sha256, added: added.sha256, path: there.path },
    },
  );
}

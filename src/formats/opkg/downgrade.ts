/**
 * How devices follow a feed back to older versions: opkg never goes back by itself, and has no priorities. With a newer version installed
 * it takes none of the feed by name, whatever it is allowed: `--force-downgrade` is for files, and `--force-reinstall` removes the newer one
 * and then looks for it in the feed. So that one goes first, by itself.
 */
import type { DowngradeInput, DowngradeInstructions, HeldPackage } from '../client-types.ts';
import { compareVersions } from '../shared/dpkg-version.ts';
import { PLAIN } from './slots.ts';

/** More names than anybody wants to read in one command. */
const MOST_NAMES = 50;

export function downgradeInstructions({ gone, there }: DowngradeInput): DowngradeInstructions {
  const had = newestOf(gone);
  const has = newestOf(there);
  const back: string[] = [];
  const left: string[] = [];
  for (const [name, version] of [...had].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const now = has.get(name);
    if (now === undefined) left.push(name);
    else if (compareVersions(now, version) <= 0) back.push(name);
  }
  const isSilent = back.length === 0 || back.length > MOST_NAMES;
  const names = back.join(' ');
  const commands = ['opkg update', `opkg remove --force-depends ${names} && opkg install ${names}`];
  return { commands: isSilent ? [] : commands, lasting: undefined, left };
}

/** The newest version of each name, whatever its architecture: a device has one of them. */
function newestOf(packages: readonly HeldPackage[]): ReadonlyMap<string, string> {
  const newest = new Map<string, string>();
  for (const { name, version, slot } of packages) {
    // Nobody has it installed.
    if (slot === PLAIN) continue;
    const other = newest.get(name);
    if (other === undefined || compareVersions(version, other) > 0) newest.set(name, version);
  }
  return newest;
}

/**
 * How devices follow a feed back to older versions: opkg never goes back by itself, and has no priorities. One device goes back by
 * installing by name with leave to go back.
 */
import type { DowngradeInput, DowngradeInstructions, HeldPackage } from '../format.ts';
import { compareVersions } from '../shared/dpkg-version.ts';

/** More names than anybody wants to read in one command. */
const MOST_NAMES = 50;

export function downgradeInstructions({ gone, there }: DowngradeInput): DowngradeInstructions {
  const had = newestOf(gone);
  const has = newestOf(there);
  const older: string[] = [];
  const again: string[] = [];
  const left: string[] = [];
  for (const [name, version] of [...had].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const now = has.get(name);
    const order = now === undefined ? undefined : compareVersions(now, version);
    if (order === undefined) left.push(name);
    else if (order < 0) older.push(name);
    else if (order === 0) again.push(name);
  }
  const commands = [
    ...(older.length > 0 ? [`opkg install --force-downgrade ${older.join(' ')}`] : []),
    ...(again.length > 0 ? [`opkg install --force-reinstall ${again.join(' ')}`] : []),
  ];
  const isSilent = commands.length === 0 || older.length + again.length > MOST_NAMES;
  return { commands: isSilent ? [] : ['opkg update', ...commands], lasting: undefined, left };
}

/** The newest version of each name, whatever its architecture: a device has one of them. */
function newestOf(packages: readonly HeldPackage[]): ReadonlyMap<string, string> {
  const newest = new Map<string, string>();
  for (const { name, version } of packages) {
    const other = newest.get(name);
    if (other === undefined || compareVersions(version, other) > 0) newest.set(name, version);
  }
  return newest;
}

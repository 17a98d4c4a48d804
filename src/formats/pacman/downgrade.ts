/**
 * How machines follow a database back to older versions: pacman -Syu keeps what is newer and says so. Asked for by name it installs what
 * the database has, older or not; the prefix names the database, for another one may have a package of that name.
 */
import type { DowngradeInput, DowngradeInstructions, HeldPackage } from '../client-types.ts';
import { readOptions } from './options.ts';
import { compareVersions } from './version.ts';

/** More names than anybody wants to read in one command. */
const MOST_NAMES = 50;

export function downgradeInstructions(input: DowngradeInput): DowngradeInstructions {
  const { database } = readOptions(input.settings, input.channel);
  const had = newestOf(input.gone);
  const has = newestOf(input.there);
  const back: string[] = [];
  const left: string[] = [];
  for (const [name, version] of [...had].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const now = has.get(name);
    if (now === undefined) left.push(name);
    else if (compareVersions(now, version) <= 0) back.push(`${database}/${name}`);
  }
  const isSilent = back.length === 0 || back.length > MOST_NAMES;
  return {
    commands: isSilent ? [] : ['pacman -Sy', `pacman -S ${back.join(' ')}`],
    lasting: undefined,
    left,
  };
}

/** The newest version of each name, whatever its architecture: a machine has one of them. */
function newestOf(packages: readonly HeldPackage[]): ReadonlyMap<string, string> {
  const newest = new Map<string, string>();
  for (const { name, version } of packages) {
    const other = newest.get(name);
    if (other === undefined || compareVersions(version, other) > 0) newest.set(name, version);
  }
  return newest;
}

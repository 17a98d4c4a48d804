/**
 * How machines follow a channel back to older versions: wpkg calls a package of the index that is older than the installed one invalid, whatever
 * it is allowed; `--force-downgrade` is for files. So the newer one goes first.
 */
import type { DowngradeInput, DowngradeInstructions, HeldPackage } from '../client-types.ts';
import { compareVersions } from './version.ts';

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
  const commands = ['wpkg --update', `wpkg --force-depends --remove ${names} && wpkg --install ${names}`];
  return { commands: isSilent ? [] : commands, lasting: undefined, left };
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

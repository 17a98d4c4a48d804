/**
 * How machines follow a channel back to older versions: apt-get(8), apt_preferences(5).
 *
 * apt never goes back by itself: it keeps what is installed, says nothing, and takes the next version that is newer. One machine
 * goes back by installing the older versions by name. Many machines go back by a priority above 1000 for what the channel holds:
 * that goes back once, and forward again as soon as the channel has something newer, so that it can stay for a while.
 */
import type { DowngradeInput, DowngradeInstructions, HeldPackage } from '../client-types.ts';
import { compareVersions } from '../shared/dpkg-version.ts';
import { quote } from '../shared/shell.ts';
import { ARCHITECTURE_ALL } from './channel.ts';
import { readOptions } from './options.ts';
import { splitSlot } from './slots.ts';

/** More names than anybody wants to read in one command. */
const MOST_NAMES = 50;

/** What machines of some architectures have to do. */
interface Steps {
  /** `NAME=VERSION` */
  readonly older: readonly string[];
  /** `NAME=VERSION`: the same version, other bytes. */
  readonly again: readonly string[];
  /** Names of which no version is left. */
  readonly left: readonly string[];
}

export function downgradeInstructions(input: DowngradeInput): DowngradeInstructions {
  const groups = Map.groupBy(machines(input), (architecture) => JSON.stringify(stepsOf(input, architecture)));
  const steps = [...groups.values()].map((architectures) => ({
    architectures,
    steps: stepsOf(input, architectures[0] ?? ARCHITECTURE_ALL),
  }));
  const busy = steps.filter(({ steps: { older, again } }) => older.length + again.length > 0);
  const names = unique(busy.flatMap(({ steps: { older } }) => older.map(nameOf)));
  const left = unique(steps.flatMap((one) => one.steps.left));
  return {
    commands:
      busy.length === 0 || names.length > MOST_NAMES
        ? []
        : [
            'apt-get update',
            ...busy.flatMap(({ architectures, steps: own }) => [
              ...(steps.length > 1 ? [`# ${architectures.join(', ')}`] : []),
              ...install('--only-upgrade --allow-downgrades', own.older),
              ...install('--only-upgrade --reinstall', own.again),
            ]),
          ],
    lasting: names.length === 0 ? undefined : lasting(input, names),
    left,
  };
}

/** Architectures of machines that the channel serves; those without packages of their own are one. */
function machines({ settings, gone, there }: DowngradeInput): readonly string[] {
  const named = [...gone, ...there].map(({ architecture }) => architecture);
  const own = unique([...settings.architectures, ...named]).filter((one) => one !== ARCHITECTURE_ALL);
  return own.length === 0 ? [ARCHITECTURE_ALL] : own;
}

function stepsOf({ gone, there }: DowngradeInput, machine: string): Steps {
  const older: string[] = [];
  const again: string[] = [];
  const left: string[] = [];
  const had = newestOf(gone, machine);
  const has = newestOf(there, machine);
  for (const [name, version] of had) {
    const now = has.get(name);
    const order = now === undefined ? undefined : compareVersions(now, version);
    if (order === undefined) left.push(name);
    else if (order < 0) older.push(`${name}=${now}`);
    else if (order === 0) again.push(`${name}=${now}`);
  }
  return { older, again, left };
}

/** The newest version of each name that a machine of this architecture can have, by name. */
function newestOf(packages: readonly HeldPackage[], machine: string): ReadonlyMap<string, string> {
  const newest = new Map<string, string>();
  for (const { name, version, architecture, slot } of packages) {
    if (splitSlot(slot).udeb || (architecture !== machine && architecture !== ARCHITECTURE_ALL)) continue;
    const other = newest.get(name);
    if (other === undefined || compareVersions(version, other) > 0) newest.set(name, version);
  }
  return new Map([...newest].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function install(options: string, packages: readonly string[]): readonly string[] {
  return packages.length === 0 ? [] : [`apt-get install ${options} ${packages.join(' ')}`];
}

function lasting(
  { id, settings, channel }: DowngradeInput,
  names: readonly string[],
): NonNullable<DowngradeInstructions['lasting']> {
  const { origin, suite, codename } = readOptions(settings, channel);
  // A comma would begin the next condition; what a channel does not say cannot be asked for.
  const publisher = origin === '' || origin.includes(',') ? [] : [`o=${origin}`];
  const release = [...publisher, codename === '' ? `a=${suite}` : `n=${codename}`];
  const path = `/etc/apt/preferences.d/${id}-rollback.pref`;
  const isLong = names.length > MOST_NAMES;
  const lines = [
    `Package: ${isLong ? '*' : names.join(' ')}`,
    `Pin: release ${release.join(',')}`,
    'Pin-Priority: 1001',
  ];
  const goBack = isLong
    ? 'apt-get upgrade -y --allow-downgrades'
    : `apt-get install -y --only-upgrade --allow-downgrades ${names.join(' ')}`;
  return {
    files: [
      { path, content: `${lines.join('\n')}\n`, about: 'What this channel holds wins over what is newer.' },
    ],
    script: `printf '%s\\n' ${lines.map(quote).join(' ')} > ${path}\napt-get update\n${goBack}\n`,
    undo: `rm -f ${path}\napt-get update\n`,
  };
}

function nameOf(spec: string): string {
  return spec.slice(0, spec.indexOf('='));
}

function unique(values: readonly string[]): readonly string[] {
  return [...new Set(values)].sort();
}

/**
 * What a command takes from its line. The name in the command's `inputs` is the name on the line (`keepGoing` is `--keep-going`)
 * and the name in its `run`, where it has the type that is declared here.
 *
 * ```
 * inputs: { place: argument('…'), names: manyArguments('…'), all: flag('…') }
 *                                      pakhus remove PLACE NAMES... --all
 * run: (context, { place, names, all }) => …        string, string[], boolean
 * ```
 */
import { PakhusError } from '../core/pakhus-error.ts';

/** One argument or option. */
export interface Input<T> {
  readonly kind: 'argument' | 'option';
  /** As commander takes it, for the name in kebab-case. */
  declare(name: string): string;
  /** One line for `--help`. */
  readonly about: string;
  /** Whether an option may be given several times. */
  readonly repeats: boolean;
  /** From what commander parsed; `label` is how the line calls it. Fails with CLI_USAGE. */
  read(raw: unknown, label: string): T;
}

/** The inputs of a command, arguments in their order. */
export type Inputs = Readonly<Record<string, Input<unknown>>>;

/** What `run` gets for them. */
export type InputValues<I extends Inputs> = {
  readonly [K in keyof I]: I[K] extends Input<infer T> ? T : never;
};

/** An argument that must be there. */
export function argument(about: string): Input<string> {
  return { ...ARGUMENT, about, declare: (name) => `<${name}>`, read: readText };
}

/** An argument that may be left out. */
export function optionalArgument(about: string): Input<string | undefined> {
  return { ...ARGUMENT, about, declare: (name) => `[${name}]`, read: optionally(readText) };
}

/** One argument or more; `none: true` allows none. Must be the last one. */
export function manyArguments(
  about: string,
  { none = false }: { readonly none?: boolean } = {},
): Input<readonly string[]> {
  return { ...ARGUMENT, about, declare: (name) => (none ? `[${name}...]` : `<${name}...>`), read: readTexts };
}

/** `--name`: there or not. */
export function flag(about: string): Input<boolean> {
  return { ...OPTION, about, declare: (name) => `--${name}`, read: (raw) => raw === true };
}

/** About `--allow-uninstallable`, which all that changes what a channel lists has. */
export const ALLOW_UNINSTALLABLE: string =
  'go on although packages of the channel cannot be installed any more afterwards; they are named';

/** `--name <value>`; `value` is its word in the help. */
export function textOption(value: string, about: string): Input<string | undefined> {
  return { ...OPTION, about, declare: (name) => `--${name} <${value}>`, read: optionally(readText) };
}

/** `--name <value>`, as often as wanted. */
export function listOption(value: string, about: string): Input<readonly string[]> {
  return { ...OPTION, about, repeats: true, declare: (name) => `--${name} <${value}>`, read: readTexts };
}

/** `--name <value>`: a whole number from `least` on. */
export function countOption(
  value: string,
  about: string,
  { least = 1 }: { readonly least?: number } = {},
): Input<number | undefined> {
  const read = (raw: unknown, label: string): number => {
    const text = readText(raw);
    const count = Number(text);
    if (/^\d{1,15}$/.test(text) && count >= least) return count;
    throw new PakhusError('CLI_USAGE', `${label} takes a whole number from ${least} on, found '${text}'`);
  };
  return { ...OPTION, about, declare: (name) => `--${name} <${value}>`, read: optionally(read) };
}

/** `--name <value>`: `14d`, `36h`, `90m`, `30s`; in milliseconds. */
export function durationOption(value: string, about: string): Input<number | undefined> {
  const read = (raw: unknown, label: string): number => {
    const text = readText(raw);
    const [, count, unit = ''] = /^(\d{1,6})([dhms])$/.exec(text) ?? [];
    const unitMs = UNITS_MS.get(unit);
    if (count !== undefined && unitMs !== undefined) return Number(count) * unitMs;
    throw new PakhusError('CLI_USAGE', `${label} takes a time such as 14d, 36h, 90m or 30s, found '${text}'`);
  };
  return { ...OPTION, about, declare: (name) => `--${name} <${value}>`, read: optionally(read) };
}

const UNITS_MS: ReadonlyMap<string, number> = new Map([
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
]);

/** `--name <value>`: one of `choices`. */
export function choiceOption<const C extends string>(
  choices: readonly C[],
  about: string,
): Input<C | undefined> {
  const read = (raw: unknown, label: string): C => {
    const choice = choices.find((each) => each === raw);
    if (choice !== undefined) return choice;
    throw new PakhusError('CLI_USAGE', `${label} takes one of ${choices.join(', ')}, found '${raw}'`);
  };
  return { ...OPTION, about, declare: (name) => `--${name} <${choices.join('|')}>`, read: optionally(read) };
}

const ARGUMENT = { kind: 'argument', repeats: false } as const;
const OPTION = { kind: 'option', repeats: false } as const;

function optionally<T>(
  read: (raw: unknown, label: string) => T,
): (raw: unknown, label: string) => T | undefined {
  return (raw, label) => (raw === undefined ? undefined : read(raw, label));
}

function readText(raw: unknown): string {
  if (typeof raw !== 'string')
    throw new TypeError(`expected text from the command line, found ${typeof raw}`);
  return raw;
}

function readTexts(raw: unknown): readonly string[] {
  if (raw === undefined) return [];
  if (!Array.isArray(raw)) throw new TypeError(`expected a list from the command line, found ${typeof raw}`);
  return raw.map(readText);
}

/** What settings of every format have in common: names of places, and options by their specification. */
import { PakhusError } from '../../core/pakhus-error.ts';
import type { FormatOption, FormatOptions, RepositorySettings } from '../format.ts';

const MAX_TEXT_CHARACTERS = 200;
const MAX_COUNT = 36_500;

/** The options of a format. */
export interface OptionRules {
  readonly known: Readonly<Record<string, FormatOption>>;
  /** What else is wrong with a value that has the right type; undefined: nothing. */
  problemOf?(name: string, value: string | number | boolean): string | undefined;
}

/** Checks the names of channels and components. @throws SETTINGS_INVALID */
export function checkPlaceNames(settings: RepositorySettings): void {
  checkNames(
    'channel',
    settings.channels.map(({ name }) => name),
  );
  checkNames('component', settings.components);
}

/** Checks the options of a repository and its channels. @throws SETTINGS_INVALID that names the option */
export function checkOptions(settings: RepositorySettings, rules: OptionRules): void {
  checkSome(settings.options, { rules, of: 'the repository', isChannel: false });
  for (const { name, options } of settings.channels)
    checkSome(options, { rules, of: `channel ${name}`, isChannel: true });
}

/** The error of settings that cannot be used. */
export function invalidSetting(
  reason: string,
  context: { readonly option?: string; readonly hint?: string | undefined } = {},
): PakhusError {
  return new PakhusError('SETTINGS_INVALID', reason, {
    hint: context.hint ?? 'Correct it in pakhus.yaml.',
    details: context.option === undefined ? {} : { option: context.option },
  });
}

function checkNames(kind: string, names: readonly string[]): void {
  if (names.length === 0) throw invalidSetting(`there is no ${kind}, expected at least one`);
  for (const name of names) {
    if (!/^[A-Za-z0-9][A-Za-z0-9.+~_-]{0,63}$/.test(name)) {
      const expected = 'expected up to 64 letters, digits and .+~_-, a letter or digit first';
      const hint = name.includes('/') ? `Write ${name.replaceAll('/', '-')} instead.` : undefined;
      throw invalidSetting(`${kind} ${JSON.stringify(name)}: ${expected}`, { hint });
    }
  }
  const twin = names.find((name, index) => names.indexOf(name) !== index);
  if (twin !== undefined) throw invalidSetting(`${kind} ${twin} is there twice`);
}

function checkSome(
  options: FormatOptions,
  where: { readonly rules: OptionRules; readonly of: string; readonly isChannel: boolean },
): void {
  const { rules, of, isChannel } = where;
  for (const [name, value] of Object.entries(options)) {
    const option = Object.hasOwn(rules.known, name) ? rules.known[name] : undefined;
    if (option === undefined) {
      const known = Object.keys(rules.known);
      throw invalidSetting(`option ${JSON.stringify(name)} of ${of} is unknown`, {
        option: name,
        hint: `Did you mean ${nearest(name, known)}? There are: ${known.join(', ')}.`,
      });
    }
    if (option.ofChannel && !isChannel) {
      throw invalidSetting(`option ${name} of the repository: each channel has its own`, { option: name });
    }
    const problem = valueProblem(value, option) ?? rules.problemOf?.(name, value);
    if (problem !== undefined)
      throw invalidSetting(`option ${name} of ${of}: ${problem}, found ${JSON.stringify(value)}`, {
        option: name,
      });
  }
}

function valueProblem(value: unknown, option: FormatOption): string | undefined {
  if (option.type === 'flag') return typeof value === 'boolean' ? undefined : 'expected true or false';
  if (option.type === 'count') {
    const isCount = Number.isInteger(value) && Number(value) >= 1 && Number(value) <= MAX_COUNT;
    return isCount ? undefined : `expected a whole number from 1 to ${MAX_COUNT}`;
  }
  if (typeof value !== 'string') return 'expected text';
  if (value === '' && option.mayBeEmpty) return undefined;
  const isLine = /^[^\p{Cc}\p{Zl}\p{Zp}]+$/u.test(value) && value === value.trim();
  if (isLine && value.length <= MAX_TEXT_CHARACTERS) return undefined;
  return `expected one line of up to ${MAX_TEXT_CHARACTERS} characters, no blanks around it`;
}

/** The name that shares most pairs of letters with what was written. */
function nearest(name: string, known: readonly string[]): string {
  const pairs = (text: string): string[] => {
    const letters = [...text.toLowerCase().slice(0, 64)];
    return letters.map((letter, index) => letter + (letters[index + 1] ?? ''));
  };
  const wanted = new Set(pairs(name));
  const score = (candidate: string): number =>
    pairs(candidate).filter((pair) => wanted.has(pair)).length / (wanted.size + candidate.length);
  return known.reduce((best, candidate) => (score(candidate) > score(best) ? candidate : best));
}

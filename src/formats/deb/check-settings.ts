import { PakhusError } from '../../core/pakhus-error.ts';
import type { FormatOption, FormatOptions, RepositorySettings } from '../format.ts';
import { architectureProblem } from './names.ts';
import { DEB_OPTIONS, parseCompression, readOptions } from './options.ts';

const MAX_TEXT_CHARACTERS = 200;
const MAX_VALID_DAYS = 36_500;

/** Beside the components' folders there are these, in dists/<channel>. */
const TAKEN_COMPONENTS: readonly string[] = ['release', 'release.gpg', 'inrelease', 'by-hash'];

/**
 * Checks what a Release file and its paths are made of. Fails with SETTINGS_INVALID, which names the option or name.
 *
 * A channel or component is one folder: a `/`, as in the former `stable/updates` of Debian, would make a place
 * (`repository/channel/component`) ambiguous, and Debian itself writes `stable-security` now.
 */
export function checkSettings(settings: RepositorySettings): void {
  const channels = settings.channels.map((channel) => channel.name);
  checkNames('channel', channels);
  checkNames('component', settings.components);
  for (const component of settings.components) {
    if (TAKEN_COMPONENTS.includes(component.toLowerCase())) {
      throw invalid(`component ${component}: files of the channel have that name`);
    }
  }
  for (const architecture of settings.architectures) {
    const problem = architectureProblem(architecture);
    if (problem !== undefined) throw invalid(`architecture ${JSON.stringify(architecture)}: ${problem}`);
  }
  checkOptions(settings.options, { of: 'the repository', isChannel: false });
  for (const channel of settings.channels) {
    const of = `channel ${channel.name}`;
    checkOptions(channel.options, { of, isChannel: true });
    const { suite, codename, notAutomatic, butAutomaticUpgrades } = readOptions(settings, channel);
    if (suite !== channel.name && codename !== channel.name) {
      const found = `suite is ${suite} and codename is ${codename}`;
      throw invalid(`${of}: ${found}, and apt warns unless one of them is ${channel.name}`, {
        option: 'suite',
      });
    }
    if (butAutomaticUpgrades && !notAutomatic) {
      throw invalid(`${of}: butAutomaticUpgrades means nothing without notAutomatic`, {
        option: 'butAutomaticUpgrades',
      });
    }
  }
}

function checkNames(kind: string, names: readonly string[]): void {
  if (names.length === 0) throw invalid(`there is no ${kind}, expected at least one`);
  for (const name of names) {
    if (!/^[A-Za-z0-9][A-Za-z0-9.+~_-]{0,63}$/.test(name)) {
      const expected = 'expected up to 64 letters, digits and .+~_-, a letter or digit first';
      const hint = name.includes('/') ? `Write ${name.replaceAll('/', '-')} instead.` : undefined;
      throw invalid(`${kind} ${JSON.stringify(name)}: ${expected}`, { hint });
    }
  }
  const twin = names.find((name, index) => names.indexOf(name) !== index);
  if (twin !== undefined) throw invalid(`${kind} ${twin} is there twice`);
}

function checkOptions(
  options: FormatOptions,
  where: { readonly of: string; readonly isChannel: boolean },
): void {
  for (const [name, value] of Object.entries(options)) {
    const option = Object.hasOwn(DEB_OPTIONS, name) ? DEB_OPTIONS[name] : undefined;
    if (option === undefined) {
      throw invalid(`option ${JSON.stringify(name)} of ${where.of} is unknown`, {
        option: name,
        hint: `Did you mean ${nearestOption(name)}? There are: ${Object.keys(DEB_OPTIONS).join(', ')}.`,
      });
    }
    if (option.ofChannel && !where.isChannel) {
      throw invalid(`option ${name} of the repository: each channel has its own`, { option: name });
    }
    const problem = valueProblem(name, { value, option });
    if (problem !== undefined) throw invalid(`option ${name} of ${where.of}: ${problem}`, { option: name });
  }
}

function valueProblem(
  name: string,
  { value, option }: { readonly value: unknown; readonly option: FormatOption },
): string | undefined {
  const found = `found ${JSON.stringify(value)}`;
  if (option.type === 'flag')
    return typeof value === 'boolean' ? undefined : `expected true or false, ${found}`;
  if (option.type === 'count') {
    const isCount = Number.isInteger(value) && Number(value) >= 1 && Number(value) <= MAX_VALID_DAYS;
    return isCount ? undefined : `expected a whole number from 1 to ${MAX_VALID_DAYS}, ${found}`;
  }
  if (typeof value !== 'string') return `expected text, ${found}`;
  if (value === '' && option.mayBeEmpty) return undefined;
  if (
    !/^[^\p{Cc}\p{Zl}\p{Zp}]+$/u.test(value) ||
    value !== value.trim() ||
    value.length > MAX_TEXT_CHARACTERS
  ) {
    return `expected one line of up to ${MAX_TEXT_CHARACTERS} characters, no blanks around it, ${found}`;
  }
  if (name === 'compression') {
    const { encodings, unknown } = parseCompression(value);
    if (unknown.length > 0 || encodings.length === 0)
      return `expected some of gzip, xz, zstd, plain, ${found}`;
  }
  if ((name === 'suite' || name === 'codename') && /\s/.test(value)) return `expected one word, ${found}`;
  return undefined;
}

/** The option that shares most pairs of letters with what was written. */
function nearestOption(name: string): string {
  const pairs = (text: string): string[] => {
    const letters = [...text.toLowerCase().slice(0, 64)];
    return letters.map((letter, index) => letter + (letters[index + 1] ?? ''));
  };
  const wanted = new Set(pairs(name));
  const score = (candidate: string): number =>
    pairs(candidate).filter((pair) => wanted.has(pair)).length / (wanted.size + candidate.length);
  return Object.keys(DEB_OPTIONS).reduce((best, candidate) =>
    score(candidate) > score(best) ? candidate : best,
  );
}

function invalid(
  reason: string,
  context: { readonly option?: string; readonly hint?: string | undefined } = {},
): PakhusError {
  return new PakhusError('SETTINGS_INVALID', reason, {
    hint: context.hint ?? 'Correct it in pakhus.yaml.',
    details: context.option === undefined ? {} : { option: context.option },
  });
}

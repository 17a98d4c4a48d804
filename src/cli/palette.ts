/** Colours, decided per stream: a terminal that wants them, or none at all. */
import { styleText } from 'node:util';

/** Gives text a meaning; without colour each returns the text as it is. */
export interface Palette {
  /** Headings and the names that one looks for. */
  strong(text: string): string;
  /** What may be skipped. */
  faint(text: string): string;
  good(text: string): string;
  warning(text: string): string;
  bad(text: string): string;
  /** Commands and paths to copy. */
  code(text: string): string;
}

/** A palette; `colour` as {@link wantsColour} says. */
export function createPalette(colour: boolean): Palette {
  const style = (format: Parameters<typeof styleText>[0]) => (text: string) =>
    colour ? styleText(format, text, { validateStream: false }) : text;
  return {
    strong: style('bold'),
    faint: style('dim'),
    good: style('green'),
    warning: style('yellow'),
    bad: style('red'),
    code: style('cyan'),
  };
}

/** What colour depends on. */
export interface ColourQuestion {
  readonly isTerminal: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** `--no-color` was given. */
  readonly noColor: boolean;
}

/** True for a terminal, unless `--no-color`, NO_COLOR (https://no-color.org) or TERM=dumb say no. FORCE_COLOR says yes anywhere. */
export function wantsColour({ isTerminal, env, noColor }: ColourQuestion): boolean {
  if (noColor || env['NO_COLOR']) return false;
  const forced = env['FORCE_COLOR'];
  if (forced !== undefined && forced !== '') return forced !== '0' && forced !== 'false';
  return isTerminal && env['TERM'] !== 'dumb';
}

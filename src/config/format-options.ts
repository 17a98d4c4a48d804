/** The options of each format that a repository, or one of its channels, can set in pakhus.yaml. A new format is a line here. */
import { DEB_OPTIONS } from '../formats/deb/options.ts';

/** One option. What values mean, and whether they fit together, is the format's own business (`Format.checkSettings`). */
export interface FormatOption {
  readonly type: 'text' | 'flag' | 'count';
  /** One line for editors. */
  readonly about: string;
  /** Every channel has its own, so it cannot be set for the repository. */
  readonly ofChannel?: true;
  /** An empty text means something. */
  readonly mayBeEmpty?: true;
}

/** By format, by name. */
export const FORMAT_OPTIONS: Readonly<Record<string, Readonly<Record<string, FormatOption>>>> = {
  deb: DEB_OPTIONS,
};

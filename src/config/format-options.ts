/** The options of each format that a repository, or one of its channels, can set in pakhus.yaml. A new format is a line here. */
import { DEB_OPTIONS } from '../formats/deb/options.ts';
import type { FormatOption } from '../formats/format.ts';
import { OPKG_OPTIONS } from '../formats/opkg/options.ts';
import { PACMAN_OPTIONS } from '../formats/pacman/options.ts';
import { WPKG_OPTIONS } from '../formats/wpkg/options.ts';

/** By format, by name. */
export const FORMAT_OPTIONS: Readonly<Record<string, Readonly<Record<string, FormatOption>>>> = {
  deb: DEB_OPTIONS,
  opkg: OPKG_OPTIONS,
  pacman: PACMAN_OPTIONS,
  wpkg: WPKG_OPTIONS,
};

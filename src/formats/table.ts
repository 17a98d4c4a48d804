/** Every format that pakhus knows. A new one is a folder and a line here. */
import { PakhusError } from '../core/pakhus-error.ts';
import { deb } from './deb/index.ts';
import type { Format } from './format.ts';
import { opkg } from './opkg/index.ts';
import { pacman } from './pacman/index.ts';
import { wpkg } from './wpkg/index.ts';

/** In the order in which they are asked to recognise a file. */
export const FORMATS: readonly Format[] = [deb, opkg, pacman, wpkg];

/** The format called `name`. @throws SETTINGS_INVALID */
export function formatByName(name: string): Format {
  const format = FORMATS.find((one) => one.name === name);
  if (format !== undefined) return format;
  throw new PakhusError('SETTINGS_INVALID', `unknown format '${name}'`, {
    hint: `Known formats: ${FORMATS.map((one) => one.name).join(', ')}.`,
  });
}

/** The formats that a file can be of, by its first bytes, and by its name where these do not tell. */
export function recogniseFormats(head: Uint8Array, name: string): readonly Format[] {
  return FORMATS.filter((one) => one.recognise(head, name));
}

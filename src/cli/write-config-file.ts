/** The pakhus.yaml that commands leave in the current folder when they have made a repository. */
import { writeFile } from 'node:fs/promises';
import { isAbsolute, join, relative } from 'node:path';
import type { RepositoryEntry } from '../config/config-file.ts';
import { type RenderConfigOptions, renderConfigFile } from '../config/render-config-file.ts';
import type { Setting } from '../config/resolved-config.ts';
import { PakhusError } from '../core/pakhus-error.ts';
import type { RepositorySettings } from '../formats/format.ts';

export function configFileIn(folder: string): string {
  return join(folder, 'pakhus.yaml');
}

/** The store from the file on, where nobody has named it otherwise. */
export function storeAsWritten({ value, origin }: Setting<string>, folder: string): string {
  return origin.source === 'default' && isAbsolute(value) ? `./${relative(folder, value)}` : value;
}

/** As the file says it: what is built in is left out, but for the names that people change first. */
export function entryOf({
  format,
  channels,
  components,
  architectures,
  keep,
  graceDays,
  pages,
  options,
}: RepositorySettings): RepositoryEntry {
  const plain = channels.every((channel) => Object.keys(channel.options).length === 0);
  return {
    format,
    channels: plain
      ? channels.map(({ name }) => name)
      : Object.fromEntries(channels.map(({ name, options: own }) => [name, own])),
    components,
    ...(architectures.length > 0 && { architectures }),
    ...(keep !== undefined && { keep }),
    ...(graceDays !== undefined && { graceDays }),
    ...(pages !== true && { pages: false }),
    ...options,
  };
}

/** Never over a file that is there. @throws CLI_OUTPUT */
export async function writeConfigFile(file: string, content: RenderConfigOptions): Promise<void> {
  try {
    await writeFile(file, renderConfigFile(content), { flag: 'wx' });
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause)) throw cause;
    throw new PakhusError('CLI_OUTPUT', `${file} cannot be written: ${cause.message}`, {
      cause,
      hint: 'The repository is made; only the configuration file is missing.',
      details: { file },
    });
  }
}

import type { RepositorySettings } from '../format.ts';
import { checkOptions, checkPlaceNames, invalidSetting } from '../shared/check-options.ts';
import { architectureProblem } from './names.ts';
import { optionProblem, PACMAN_OPTIONS, readOptions } from './options.ts';
import { INDEPENDENT } from './paths.ts';

/** Checks what paths are made of. Fails with SETTINGS_INVALID, which names the option or name. */
export function checkSettings(settings: RepositorySettings): void {
  checkPlaceNames(settings);
  checkOptions(settings, { known: PACMAN_OPTIONS, problemOf: optionProblem });
  if (settings.components.length !== 1)
    throw invalidSetting(`components ${settings.components.join(', ')}: pacman knows none`, {
      hint: 'Name one, or none at all; make channels, or repositories, of the others.',
    });
  if (settings.keep !== undefined)
    throw invalidSetting('keep: a database of pacman has one version of each name, the newest', {
      hint: 'Leave it out. graceDays says how long files of older versions stay, `pakhus pin` keeps a revision.',
    });
  for (const architecture of settings.architectures) {
    const problem =
      architecture === INDEPENDENT
        ? 'packages of it are in the database of every other one, so it need not be named'
        : architectureProblem(architecture);
    if (problem !== undefined)
      throw invalidSetting(`architecture ${JSON.stringify(architecture)}: ${problem}`);
  }
  const owners = new Map<string, string>();
  for (const channel of settings.channels) {
    const { database } = readOptions(settings, channel);
    const problem = optionProblem('database', database);
    if (problem !== undefined)
      throw invalidSetting(`option database of channel ${channel.name}: ${problem}`, { option: 'database' });
    const other = owners.get(database);
    if (other !== undefined)
      throw invalidSetting(`option database: channels ${other} and ${channel.name} would share ${database}`, {
        option: 'database',
      });
    owners.set(database, channel.name);
  }
}

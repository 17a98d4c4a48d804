import type { RepositorySettings } from '../format.ts';
import { checkOptions, checkPlaceNames, invalidSetting } from '../shared/check-options.ts';
import { architectureProblem, INDEPENDENT } from './architecture.ts';
import { listsAllVersions, optionProblem, WPKG_OPTIONS } from './options.ts';

/** Checks what paths are made of. Fails with SETTINGS_INVALID, which names the option or name. */
export function checkSettings(settings: RepositorySettings): void {
  checkPlaceNames(settings);
  checkOptions(settings, { known: WPKG_OPTIONS, problemOf: optionProblem });
  for (const { name, options } of settings.channels)
    if (options['allVersions'] !== undefined)
      throw invalidSetting(`option allVersions of channel ${name}: all channels of a repository share it`, {
        option: 'allVersions',
        hint: 'Set it for the repository.',
      });
  if (settings.keep !== undefined && !listsAllVersions(settings))
    throw invalidSetting('keep: an index of wpkg has one version of each name, the newest', {
      hint: 'Leave it out, or set allVersions: true; then wpkg installs nothing by its name alone.',
    });
  for (const architecture of settings.architectures) {
    const problem =
      architecture === INDEPENDENT
        ? 'packages of it fit every other one, so it need not be named'
        : architectureProblem(architecture);
    if (problem !== undefined)
      throw invalidSetting(`architecture ${JSON.stringify(architecture)}: ${problem}`);
  }
}

import type { RepositorySettings } from '../format.ts';
import { checkOptions, checkPlaceNames, invalidSetting } from '../shared/check-options.ts';
import { OPKG_OPTIONS, optionProblem, readOptions } from './options.ts';
import { feedFolder } from './paths.ts';
import { architectureProblem, isIndependent } from './slots.ts';

/** What lies in the repository's folder beside channels: keys, and pages for people. */
const TAKEN_CHANNELS: readonly string[] = ['key.pub', 'key.asc', 'keys', 'index.html', 'pages', 'setup.sh'];
const APART = /^[0-9a-f]{12}$/;

/** Checks what paths are made of. Fails with SETTINGS_INVALID, which names the option or name. */
export function checkSettings(settings: RepositorySettings): void {
  checkPlaceNames(settings);
  checkOptions(settings, { known: OPKG_OPTIONS, problemOf: optionProblem });
  for (const architecture of settings.architectures) {
    const problem = isIndependent(architecture)
      ? 'packages of it are in the index of every other one, so it need not be named'
      : architectureProblem(architecture);
    if (problem !== undefined)
      throw invalidSetting(`architecture ${JSON.stringify(architecture)}: ${problem}`);
  }
  for (const { name } of settings.channels)
    if (TAKEN_CHANNELS.includes(name))
      throw invalidSetting(`channel ${name}: the repository has another file or folder of that name`);
  for (const channel of settings.channels) checkFolders(settings, channel.name);
}

/** Every feed has a folder of its own, and none looks like one that sets packages apart. */
function checkFolders(settings: RepositorySettings, channel: string): void {
  const at = settings.channels.find(({ name }) => name === channel) ?? { name: channel, options: {} };
  const { folders, files } = readOptions(settings, at);
  const { byFeed } = folders;
  for (const component of files) {
    if (!settings.components.includes(component))
      throw invalidSetting(`option files: there is no component ${component}`, { option: 'files' });
    if (byFeed.get(component)?.includes('{arch}'))
      throw invalidSetting(`option folders: ${component} holds plain files, which have no architecture`, {
        option: 'folders',
      });
  }
  for (const feed of byFeed.keys())
    if (!settings.components.includes(feed))
      throw invalidSetting(`option folders: there is no component ${feed}`, { option: 'folders' });
  const owners = new Map<string, string>();
  for (const component of settings.components) {
    const folder = feedFolder(settings, { channel, component, architecture: '{arch}' });
    const other = owners.get(folder);
    if (other !== undefined)
      throw invalidSetting(`option folders: ${other} and ${component} would share the folder ${folder}`, {
        option: 'folders',
        hint: 'Write {feed} in it, or name a folder for one of them: FEED=FOLDER.',
      });
    if (folder.split('/').some((name) => APART.test(name)))
      throw invalidSetting(`${folder}: folders of 12 hex digits are for packages that are set apart`);
    owners.set(folder, component);
  }
}

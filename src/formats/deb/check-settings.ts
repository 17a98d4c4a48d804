import type { RepositorySettings } from '../format.ts';
import { checkOptions, checkPlaceNames, invalidSetting } from '../shared/check-options.ts';
import { architectureProblem } from '../shared/package-names.ts';
import { DEB_OPTIONS, parseCompression, readOptions } from './options.ts';

/** Beside the components' folders there are these, in dists/<channel>. */
const TAKEN_COMPONENTS: readonly string[] = ['release', 'release.gpg', 'inrelease', 'by-hash'];

/**
 * Checks what a Release file and its paths are made of. Fails with SETTINGS_INVALID, which names the option or name.
 *
 * A channel or component is one folder: a `/`, as in the former `stable/updates` of Debian, would make a place
 * (`repository/channel/component`) ambiguous, and Debian itself writes `stable-security` now.
 */
export function checkSettings(settings: RepositorySettings): void {
  checkPlaceNames(settings);
  for (const component of settings.components) {
    if (TAKEN_COMPONENTS.includes(component.toLowerCase())) {
      throw invalidSetting(`component ${component}: files of the channel have that name`);
    }
  }
  for (const architecture of settings.architectures) {
    const problem = architectureProblem(architecture);
    if (problem !== undefined)
      throw invalidSetting(`architecture ${JSON.stringify(architecture)}: ${problem}`);
  }
  checkOptions(settings, { known: DEB_OPTIONS, problemOf });
  for (const channel of settings.channels) {
    const of = `channel ${channel.name}`;
    const { suite, codename, notAutomatic, butAutomaticUpgrades } = readOptions(settings, channel);
    if (suite !== channel.name && codename !== channel.name) {
      const found = `suite is ${suite} and codename is ${codename}`;
      throw invalidSetting(`${of}: ${found}, and apt warns unless one of them is ${channel.name}`, {
        option: 'suite',
      });
    }
    if (butAutomaticUpgrades && !notAutomatic) {
      throw invalidSetting(`${of}: butAutomaticUpgrades means nothing without notAutomatic`, {
        option: 'butAutomaticUpgrades',
      });
    }
  }
}

function problemOf(name: string, value: string | number | boolean): string | undefined {
  if (typeof value !== 'string') return undefined;
  if (name === 'compression') {
    const { encodings, unknown } = parseCompression(value);
    if (unknown.length > 0 || encodings.length === 0) return 'expected some of gzip, xz, zstd, plain';
  }
  return (name === 'suite' || name === 'codename') && /\s/.test(value) ? 'expected one word' : undefined;
}

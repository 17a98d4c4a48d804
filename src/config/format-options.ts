/**
 * Options of a format that a repository or one of its channels can set in pakhus.yaml. What they mean, and whether values fit
 * together, is the format's own business (`Format.checkSettings`); here they get a name, a type and a line for editors.
 */

/** One option. */
export interface FormatOption {
  readonly type: 'text' | 'flag' | 'count';
  readonly about: string;
}

/** Fields of a Release file: https://wiki.debian.org/DebianRepository/Format#A.22Release.22_files */
export const DEB_OPTIONS: Readonly<Record<string, FormatOption>> = {
  origin: { type: 'text', about: 'Who publishes: Origin of the Release file, for pinning. Never change it.' },
  label: { type: 'text', about: 'What is published: Label of the Release file. Never change it.' },
  suite: { type: 'text', about: 'Suite of the Release file. Default: the name of the channel.' },
  codename: { type: 'text', about: 'Codename of the Release file. Default: the name of the channel.' },
  version: { type: 'text', about: 'Version of the Release file: 12.5.' },
  description: { type: 'text', about: 'Description of the Release file, one line.' },
  notAutomatic: { type: 'flag', about: 'apt installs from it only what is asked for by name (priority 1).' },
  butAutomaticUpgrades: {
    type: 'flag',
    about: 'With notAutomatic: what was installed from it is upgraded (priority 100).',
  },
  validDays: {
    type: 'count',
    about: 'Valid-Until of the Release file, days after its date. Needs publishing more often than that.',
  },
};

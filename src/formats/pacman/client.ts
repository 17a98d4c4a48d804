/**
 * How a machine gets its packages from here: pacman.conf(5), pacman-key(8).
 *
 * The section is written at the end of pacman.conf, between two comments that name it, so that it can be found again. The key comes with
 * these lines, not by download, so it is the one that whoever wrote them meant; pacman trusts it once the machine's own key has signed
 * it. What is checked is said in full: what pacman does where nothing is said changed with version 7.1.
 */
import { PakhusError } from '../../core/pakhus-error.ts';
import type { ClientInput, ClientInstructions } from '../client-types.ts';
import { quote } from '../shared/shell.ts';
import { readOptions } from './options.ts';

const CONF = '/etc/pacman.conf';
const SYNC = '/var/lib/pacman/sync';

/** How a colleague sets up pacman, and undoes it. Fails with SETTINGS_INVALID when the URL is none. */
export function clientInstructions(input: ClientInput): ClientInstructions {
  const { id, url, settings, publicKeys, fingerprints } = input;
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(id)) throw new Error(`Not a name for files of pacman: ${id}`);
  if (!URL.canParse(url) || /[\s\p{Cc}$#]/u.test(url)) {
    throw new PakhusError('SETTINGS_INVALID', `${JSON.stringify(url)} is no URL that pacman can read`, {
      hint: 'Write all of it, https:// or file:/// included, and blanks as %20.',
      details: { url },
    });
  }
  const channel = settings.channels.find(({ name }) => name === input.channel) ?? {
    name: input.channel,
    options: {},
  };
  const { database, signDatabase } = readOptions(settings, channel);
  const level = `PackageRequired Database${signDatabase ? 'Required' : 'Optional'} TrustedOnly`;
  const section = [`[${database}]`, `SigLevel = ${level}`, `Server = ${url}/$arch`];
  const begin = `# ${database}: begin, by pakhus`;
  const end = `# ${database}: end, by pakhus`;
  const drop = `sed -i ${quote(`/^${forSed(begin)}$/,/^${forSed(end)}$/d`)} ${CONF}`;
  const keyPath = `/etc/pacman.d/${id}.asc`;
  const keys = publicKeys.map((key) => key.trim()).join('\n');
  const addKey = [
    `printf '%s\\n' ${keys.split(/\r?\n/).map(quote).join(' ')} > ${keyPath}`,
    '{ [ -d /etc/pacman.d/gnupg ] || pacman-key --init; }',
    `pacman-key --add ${keyPath}`,
    ...fingerprints.map((one) => `pacman-key --lsign-key ${one.toUpperCase()}`),
  ];
  const addSection = [drop, `printf '%s\\n' ${[begin, ...section, end].map(quote).join(' ')} >> ${CONF}`];
  const lines = [...addKey, ...addSection, 'pacman -Sy'];
  const undo = [
    drop,
    `rm -f ${SYNC}/${database}.db ${SYNC}/${database}.db.sig ${SYNC}/${database}.files ${SYNC}/${database}.files.sig`,
    ...fingerprints.map((one) => `pacman-key --delete ${one.toUpperCase()}`),
    `rm -f ${keyPath}`,
  ];
  return {
    files: [
      { path: CONF, content: `${section.join('\n')}\n`, about: 'Lines to add at the end.' },
      { path: keyPath, content: `${keys}\n`, about: 'The key that signs, for pacman-key --add.' },
    ],
    script: `set -e\n${lines.join('\n')}\n`,
    oneLiner: lines.join(' && '),
    undo: `${undo.join('\n')}\n`,
    next: ['pacman -Syu', `pacman -S ${database}/PACKAGE`],
    variants: [
      {
        title: 'The key by download',
        text: [`curl -fsSL -o ${keyPath} ${quote(input.keyUrl)}`, ...addKey.slice(1), ''].join('\n'),
      },
    ],
  };
}

/** For a basic regular expression of sed between slashes. */
function forSed(text: string): string {
  return text.replaceAll(/[.*[\]^$\\/]/g, '\\$&');
}

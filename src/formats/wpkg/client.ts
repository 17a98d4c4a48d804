/**
 * How a machine gets its packages from here: one line in the sources.list of wpkg, which names all components.
 *
 * wpkg fetches files of its own machine, of a share of Windows, and over http; it knows neither https nor signatures. So where clients
 * reach the store by https, the line says http, and the server has to answer there as well. Where the settings name several
 * architectures, a machine has the index of its own.
 */
import { PakhusError } from '../../core/pakhus-error.ts';
import type { ClientInput, ClientInstructions } from '../client-types.ts';
import { quote } from '../shared/shell.ts';
import { architectures } from './channel.ts';

/** wpkg knows some processors by another name than the one it goes by in its own. */
const OWN_ARCHITECTURE = 'arch=$(wpkg --architecture | sed s/aarch64/arm64/)';
const SOURCES = '/var/lib/wpkg/core/sources.list';

/** How a colleague sets up wpkg, and undoes it. Fails with SETTINGS_INVALID when the URL is none. */
export function clientInstructions(input: ClientInput): ClientInstructions {
  if (!URL.canParse(input.url) || !/^(?:https?|file|smb):\/\/[^\s\p{Cc}#"'$`\\[\]%]*$/u.test(input.url)) {
    throw new PakhusError('SETTINGS_INVALID', `${JSON.stringify(input.url)} is no URL that wpkg can read`, {
      hint: 'Write all of it, http:// or file:// included, without blanks, quotes and %.',
      details: { url: input.url },
    });
  }
  const url = input.url.replace(/^https:/, 'http:');
  const isPerArchitecture = architectures(input.settings.architectures, []).length > 1;
  const lineFor = (architecture: string): string => {
    const components = input.components.map((one) => (architecture === '' ? one : `${one}/${architecture}`));
    return ['wpkg', url, input.channel, ...components].join(' ');
  };
  const line = lineFor(isPerArchitecture ? 'ARCHITECTURE' : '');
  // Also lines of other channels and components: run again, the newest holds.
  const drop = `if [ -f ${SOURCES} ]; then sed -i ${quote(`\\#^wpkg ${forSed(url)} #d`)} ${SOURCES}; fi`;
  const addOwn = [OWN_ARCHITECTURE, `wpkg --add-sources "${lineFor('$arch')}"`];
  const add = isPerArchitecture ? addOwn : [`wpkg --add-sources ${quote(line)}`];
  const lines = [drop, ...add, 'wpkg --update'];
  return {
    files: [
      {
        path: SOURCES,
        content: `${line}\n`,
        about:
          url === input.url
            ? 'A line to add; wpkg --add-sources does so.'
            : 'A line to add; wpkg --add-sources does so. wpkg knows no https: the server has to answer over http, too.',
      },
    ],
    script: `set -e\n${lines.join('\n')}\n`,
    oneLiner: lines.join(' && '),
    undo: `${drop}\nwpkg --update\n`,
    next: ['wpkg --update', 'wpkg --install PACKAGE', 'wpkg --upgrade'],
    variants: [
      {
        title: 'On Windows; to take it back, find the line, counted from 0, and remove it',
        text: [
          `wpkg --add-sources "${line}"`,
          'wpkg --update',
          '',
          'wpkg --list-sources',
          'wpkg --remove-sources NUMBER',
          '',
        ].join('\n'),
      },
      {
        title: 'From a share of Windows that holds the same folder',
        text: `wpkg --add-sources "${line.replace(url, 'smb://SERVER/SHARE')}"\n`,
      },
      ...(isPerArchitecture
        ? []
        : [
            {
              title: 'Where packages of one name are for several kinds of machines: the index of one kind',
              text: `${[drop, ...addOwn, 'wpkg --update'].join('\n')}\n`,
            },
          ]),
    ],
  };
}

/** For a basic regular expression of sed between #. */
function forSed(text: string): string {
  return text.replaceAll(/[.*[\]^$\\]/g, '\\$&');
}

/**
 * How a machine gets its packages from here: one line in the sources.list of wpkg, which names all components.
 *
 * wpkg fetches files of its own machine, of a share of Windows, and over http; it knows neither https nor signatures. So where clients
 * reach the store by https, the line says http, and the server has to answer there as well.
 */
import { PakhusError } from '../../core/pakhus-error.ts';
import type { ClientInput, ClientInstructions } from '../client-types.ts';
import { quote } from '../shared/shell.ts';

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
  const line = ['wpkg', url, input.channel, ...input.components].join(' ');
  // Also lines of other channels and components: run again, the newest holds.
  const drop = `if [ -f ${SOURCES} ]; then sed -i ${quote(`\\#^wpkg ${forSed(url)} #d`)} ${SOURCES}; fi`;
  const lines = [drop, `wpkg --add-sources ${quote(line)}`, 'wpkg --update'];
  const share = ['wpkg', 'smb://SERVER/SHARE', input.channel, ...input.components].join(' ');
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
        text: `wpkg --add-sources "${share}"\n`,
      },
    ],
  };
}

/** For a basic regular expression of sed between #. */
function forSed(text: string): string {
  return text.replaceAll(/[.*[\]^$\\]/g, '\\$&');
}

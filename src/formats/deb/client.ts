/**
 * How a machine gets its packages from here: sources.list(5), apt-secure(8).
 *
 * The usual way is one deb822 file with the key inside. It can be written with what every machine has: no download, so
 * neither curl nor wget (a bare Debian has none of them), no CA certificates, no second file to keep in step, and no
 * trust in anybody between. apt reads it from 2.3.10 on (Debian 12, Ubuntu 22.04).
 *
 * Architectures are not written down: apt takes those of the machine, also when the repository gains one.
 */
import { PakhusError } from '../../core/pakhus-error.ts';
import type { ClientInput, ClientInstructions } from '../client-types.ts';
import { quote } from '../shared/shell.ts';

/** How a colleague sets up apt, and undoes it. Fails with SETTINGS_INVALID when a URL is none. */
export function clientInstructions(input: ClientInput): ClientInstructions {
  // apt passes over files of its folders that have other characters in their names.
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(input.id))
    throw new Error(`Not a name for files of apt: ${input.id}`);
  for (const url of [input.url, input.keyUrl]) {
    if (URL.canParse(url) && !/[\s\p{Cc}]/u.test(url)) continue;
    throw new PakhusError('SETTINGS_INVALID', `${JSON.stringify(url)} is no URL that apt can read`, {
      hint: 'Write all of it, https:// or file:/// included, and blanks as %20.',
      details: { url },
    });
  }
  const paths = {
    sources: `/etc/apt/sources.list.d/${input.id}.sources`,
    list: `/etc/apt/sources.list.d/${input.id}.list`,
    key: `/etc/apt/keyrings/${input.id}.asc`,
  };
  const lines = [...sourceLines(input), ...signedByField(input.publicKeys)];
  const printed = lines.map(quote);
  return {
    files: [
      {
        path: paths.sources,
        content: `${lines.join('\n')}\n`,
        about: 'Where the packages are, and the key that signs them.',
      },
    ],
    script: `printf '%s\\n' \\\n${printed.map((line) => `  ${line} \\\n`).join('')}  > ${paths.sources}\napt-get update\n`,
    oneLiner: `printf '%s\\n' ${printed.join(' ')} > ${paths.sources} && apt-get update`,
    undo: `rm -f ${paths.sources} ${paths.list} ${paths.key}\napt-get update\n`,
    next: ['apt update', 'apt install PACKAGE'],
    variants: [
      {
        title: 'The key in a file of its own (apt 1.4 and later: Debian 9, Ubuntu 18.04)',
        text: [
          ...fetchKey(input.keyUrl, paths.key),
          "printf '%s\\n' \\",
          ...[...sourceLines(input), `Signed-By: ${paths.key}`].map((line) => `  ${quote(line)} \\`),
          `  > ${paths.sources}`,
          'apt-get update',
          '',
        ].join('\n'),
      },
      {
        title: 'One line in the old form (apt 1.4 and later)',
        text: [
          ...fetchKey(input.keyUrl, paths.key),
          `echo ${quote(oldLine(input, paths.key))} > ${paths.list}`,
          'apt-get update',
          '',
        ].join('\n'),
      },
    ],
  };
}

function sourceLines(input: ClientInput): string[] {
  return [
    'Types: deb',
    `URIs: ${input.url}`,
    `Suites: ${input.channel}`,
    `Components: ${input.components.join(' ')}`,
  ];
}

function oldLine(input: ClientInput, keyPath: string): string {
  return `deb [signed-by=${keyPath}] ${input.url} ${input.channel} ${input.components.join(' ')}`;
}

/** The field with keys inside. Several follow each other; apt 2 with gpgv and apt 3 with sqv read all of them. */
export function signedByField(publicKeys: readonly string[]): readonly string[] {
  const lines = publicKeys.flatMap((key) => key.trim().split(/\r?\n/));
  return ['Signed-By:', ...lines.map((line) => (line.trim() === '' ? ' .' : ` ${line.trimEnd()}`))];
}

/** apt's own downloader is on every machine with apt, and knows its proxies. */
function fetchKey(keyUrl: string, keyPath: string): string[] {
  const url = new URL(keyUrl);
  const fetch =
    url.protocol === 'file:'
      ? `cp ${quote(decodeURIComponent(url.pathname))} ${keyPath}`
      : `/usr/lib/apt/apt-helper -o APT::Sandbox::User=root download-file ${quote(keyUrl)} ${keyPath}`;
  return ['install -d -m 0755 /etc/apt/keyrings', fetch, `chmod 0644 ${keyPath}`];
}

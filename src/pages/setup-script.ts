/**
 * A script that sets a machine up for a repository, and takes that back: what `pakhus client` prints, for whoever has no pakhus. The keys
 * are inside, so that nothing is believed but the script itself.
 */
import type { ClientInstructions } from '../formats/client-types.ts';
import { quote } from '../formats/shared/shell.ts';

export interface SetupScript {
  readonly repository: string;
  /** Where it is reached, without a final slash. */
  readonly url: string;
  /** The program that installs from it. */
  readonly client: string;
  readonly fingerprints: readonly string[];
  readonly channels: readonly {
    readonly name: string;
    readonly setup: Pick<ClientInstructions, 'script' | 'undo' | 'next'>;
  }[];
}

/** Its name, below the repository's folder. */
export const SETUP_SCRIPT = 'setup.sh';

/** Names that need no quotes in a shell, and cannot end a comment. */
const WORD = /^[A-Za-z0-9][A-Za-z0-9._+~-]*$/;

/** What can be written into a script as it is; undefined: there is no channel that a machine could be set up for. */
export function safeSetup(input: SetupScript): SetupScript | undefined {
  const channels = input.channels.filter(({ name }) => WORD.test(name));
  const isSafe = channels.length > 0 && WORD.test(input.repository) && isSafeAddress(input.url);
  return isSafe ? { ...input, channels } : undefined;
}

/** True for an address that cannot end a comment. */
export function isSafeAddress(url: string): boolean {
  return !/[\s\p{Cc}]/u.test(url);
}

/**
 * POSIX sh, for dash and busybox as well. Formats read files of the machine (SC1091), and write what clients expand (SC2016). Undefined: there is no channel that a machine could be set up for.
 */
export function renderSetupScript(input: SetupScript): string | undefined {
  const safe = safeSetup(input);
  const first = safe?.channels[0];
  if (safe === undefined || first === undefined) return undefined;
  const { repository, url, client, fingerprints, channels } = safe;
  const names = channels.map(({ name }) => name);
  return `#!/bin/sh
# shellcheck disable=SC1091,SC2016
# Sets this machine up for the packages of ${repository}, for ${client}, or takes that back. As root:
#
#   sh ${SETUP_SCRIPT} [CHANNEL]             default: ${first.name}
#   sh ${SETUP_SCRIPT} --remove [CHANNEL]
#   sh ${SETUP_SCRIPT} --list                the channels
#
# From ${url}
${fingerprints.map((fingerprint) => `# Key: ${fingerprint}\n`).join('')}set -eu

fail() {
  echo "${SETUP_SCRIPT}: $1" >&2
  exit 1
}
${setupFunctions(channels)}
action=add
channel=${first.name}
for word in "$@"; do
  case "$word" in
    --remove) action=remove ;;
    --list) printf '%s\\n' ${names.join(' ')}; exit 0 ;;
    ${repository}/*) channel=\${word#*/} ;;
    -*) fail "unknown option $word: there are --remove and --list" ;;
    *) channel=$word ;;
  esac
done
command -v ${client} >/dev/null 2>&1 || fail "this machine has no ${client}"
[ "$(id -u)" = 0 ] || fail "run it as root"
case "$action $channel" in
${names.map((name, index) => `  "add ${name}") add_${index} ;;\n  "remove ${name}") remove_${index} ;;\n`).join('')}  *) fail "there is no channel $channel; there are: ${names.join(' ')}" ;;
esac
`;
}

/** Shell functions `add_<prefix><index>` and `remove_<prefix><index>` for each channel. */
export function setupFunctions(channels: SetupScript['channels'], prefix = ''): string {
  return channels
    .map(({ setup }, index) => {
      const next = setup.next.at(-1);
      const done = next === undefined ? '' : `echo ${quote(`Next: ${next}`)}\n`;
      return `
add_${prefix}${index}() {
${setup.script.trimEnd()}
${done}}

remove_${prefix}${index}() {
${setup.undo.trimEnd()}
}
`;
    })
    .join('');
}

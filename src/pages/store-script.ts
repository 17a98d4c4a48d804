/** The script at the root of a store: sets a machine up for the repository that fits it, or for a named one, and takes that back. */
import { quote } from '../formats/shared/shell.ts';
import { isSafeAddress, type SetupScript, safeSetup, setupFunctions } from './setup-script.ts';

/** Tells it from a script of somebody else. */
export const SCRIPT_MARK = '#!/bin/sh\n# Made by pakhus from the repositories of a store.\n';

/** What is looked for on a machine, where it is not the client itself. */
const PROGRAMS: Readonly<Record<string, string>> = { apt: 'apt-get' };

/** POSIX sh, of the same functions as the script of each repository. Undefined: no repository has one. */
export function renderStoreScript(url: string, repositories: readonly SetupScript[]): string | undefined {
  const all = repositories.flatMap((one) => safeSetup(one) ?? []);
  if (all.length === 0 || !isSafeAddress(url)) return undefined;
  const places = all.flatMap(({ repository, client, channels }) =>
    channels.map(({ name }) => `${repository}/${name} ${client}`),
  );
  return `${SCRIPT_MARK}# shellcheck disable=SC1091,SC2016
# Sets this machine up for packages from ${url}, or takes that back. As root:
#
#   sh setup.sh [REPOSITORY[/CHANNEL]]             default: the only repository for this machine
#   sh setup.sh --remove [REPOSITORY[/CHANNEL]]
#   sh setup.sh --list                             all channels, and what installs from them
#   sh setup.sh --help
#
${all.map(about).join('')}set -eu

fail() {
  echo "setup.sh: $1" >&2
  exit "\${2:-1}"
}

usage() {
  echo 'usage: sh setup.sh [--remove] [REPOSITORY[/CHANNEL]] | --list | --help'
}

list() {
  printf '%s\\n' \\
${places.map((place) => `    ${quote(place)}`).join(' \\\n')}
}

has() {
  command -v "$1" >/dev/null 2>&1
}

# Prints the only repository that this machine has a client for.
detect() {
  set --
${all.map((one) => `  if has ${programOf(one)}; then set -- "$@" ${one.repository}; fi\n`).join('')}  if [ $# = 1 ]; then
    echo "$1"
    return
  fi
  if [ $# = 0 ]; then
    echo "setup.sh: this machine has no client for these:" >&2
  else
    echo "setup.sh: several fit; name one of these:" >&2
  fi
  list >&2
  return 2
}

check() {
  has "$1" || fail "this machine has no $1"
  [ "$(id -u)" = 0 ] || fail "run it as root"
}
${all.map(({ channels }, index) => setupFunctions(channels, `${index}_`)).join('')}
main() {
  action=add
  place=
  for word in "$@"; do
    case "$word" in
      --remove) action=remove ;;
      --list) list; exit 0 ;;
      --help | -h) usage; exit 0 ;;
      -*) fail "unknown option $word: there are --remove, --list and --help" 2 ;;
      *) place=$word ;;
    esac
  done
  [ -n "$place" ] || place=$(detect) || exit 2
  case "$action $place" in
${all.map(cases).join('')}    *)
      echo "setup.sh: there is no $place; there are:" >&2
      list >&2
      exit 2
      ;;
  esac
}

# Last, so that half a download does nothing.
main "$@"
`;
}

function programOf({ client }: SetupScript): string {
  return PROGRAMS[client] ?? client;
}

function about({ repository, client, fingerprints }: SetupScript): string {
  const keys = fingerprints.map((fingerprint) => `#   Key: ${fingerprint}\n`).join('');
  return `# ${repository}, for ${client}\n${keys}`;
}

/** A repository alone means its first channel. */
function cases(one: SetupScript, at: number): string {
  const { repository, channels } = one;
  return channels
    .map(({ name }, index) => {
      const patterns = (action: string): string =>
        [...(index === 0 ? [repository] : []), `${repository}/${name}`]
          .map((place) => `"${action} ${place}"`)
          .join(' | ');
      return ['add', 'remove']
        .map((action) => `    ${patterns(action)}) check ${programOf(one)}; ${action}_${at}_${index} ;;\n`)
        .join('');
    })
    .join('');
}

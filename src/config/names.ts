/** Names that become folders, parts of a place or words of a client's configuration. No `/` in any of them: a place has three parts. */

/** What a name may be, for machines and for people. */
export interface NameRule {
  readonly pattern: RegExp;
  readonly about: string;
}

/** A repository: the first part of a place, and by default a folder of the store. */
export const REPOSITORY_NAME: NameRule = {
  pattern: /^[a-z0-9][a-z0-9._-]{0,63}$/,
  about: 'up to 64 of a-z 0-9 . _ -, a letter or digit first',
};
/** A channel or a component: also what clients write, such as `noble`, `24.10.4`, `non-free`. */
export const PART_NAME: NameRule = {
  pattern: /^[A-Za-z0-9][A-Za-z0-9.+~_-]{0,63}$/,
  about: 'up to 64 of A-Z a-z 0-9 . + ~ _ -, a letter or digit first, and no /',
};
/** An architecture in any format's words: `amd64`, `mips_24kc`, `x86_64`. */
export const ARCHITECTURE_NAME: NameRule = {
  pattern: /^[a-z0-9][a-z0-9_.-]{0,63}$/,
  about: 'up to 64 of a-z 0-9 . _ -, a letter or digit first',
};
/** A signer: the name of its key file, or a fingerprint. */
export const SIGNER_NAME: NameRule = {
  pattern: /^[A-Za-z0-9][A-Za-z0-9._@+-]{0,127}$/,
  about: 'up to 128 of A-Z a-z 0-9 . _ @ + -, a letter or digit first',
};
/** A proposer: the name of its inbox folder. No `@`, which those of committers have. */
export const PROPOSER_NAME: NameRule = {
  pattern: /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/,
  about: 'up to 64 of A-Z a-z 0-9 . _ -, a letter or digit first',
};
/** The public half of a ledger key, as `key new --ledger` prints it. */
export const LEDGER_PUBLIC_KEY: NameRule = {
  pattern: /^[A-Za-z0-9+/]{43}=$/,
  about: 'the public part of a ledger key: 44 characters of base64',
};
/** A ledger key: its id, in which spaces and colons are for people, or its public half in base64, as `key new --ledger` prints it. */
export const LEDGER_KEY: NameRule = {
  pattern: /^(?:[0-9A-Fa-f](?:[ :]?[0-9A-Fa-f]){31,127}|[A-Za-z0-9+/]{43}=)$/,
  about:
    'a fingerprint of 32 to 128 hex digits, or the public part of a ledger key (44 characters of base64)',
};

/** The name of a package, in which `*`, `?` and `[…]` stand for others. */
export const PACKAGE_PATTERN: NameRule = {
  pattern: /^[A-Za-z0-9*?[][A-Za-z0-9+.*?[\]!_-]*$/,
  about: 'the name of a package, or a pattern such as lib*',
};
/** A variable of the environment. */
export const VARIABLE_NAME: NameRule = {
  pattern: /^[A-Za-z_][A-Za-z0-9_]*$/,
  about: 'the name of an environment variable',
};
/** A distribution of CloudFront. */
export const DISTRIBUTION_ID: NameRule = {
  pattern: /^[A-Z0-9]{8,32}$/,
  about: 'the id of a distribution, such as E2QWRUHAPOMQZL',
};

/** Names that the store uses itself. */
const RESERVED_FOLDERS = ['.pakhus', '@store', 'keys', 'index.html', 'setup.sh'];

/** How `path:` says that the store itself is the repository's folder. */
export const STORE_ITSELF = '.';

/** What is wrong with a repository's folder below the store; undefined: nothing. */
export function findPathProblem(path: string): string | undefined {
  if (path === STORE_ITSELF) return undefined;
  if (path.length > 200) return 'is longer than 200 characters';
  const segments = path.split('/');
  const bad = segments.find((segment) => !/^[A-Za-z0-9][A-Za-z0-9.+~_-]*$/.test(segment));
  if (bad !== undefined) {
    return 'must be folder names of letters, digits and .+~_- joined by /, without / at its ends; or . for the store itself';
  }
  if (RESERVED_FOLDERS.includes(segments[0] ?? ''))
    return `lies in '${segments[0]}', which the store uses itself`;
  return undefined;
}

/** What is wrong with a place in a rule, where `*` stands for any name; undefined: nothing. */
export function findPlacePatternProblem(pattern: string): string | undefined {
  const parts = pattern.split('/');
  const isValid =
    parts.length <= 3 &&
    parts.every(
      (part, index) => part === '*' || (index === 0 ? REPOSITORY_NAME : PART_NAME).pattern.test(part),
    );
  return isValid ? undefined : `'${pattern}' is no place: expected repository/channel/component, * for any`;
}

/** What is wrong with a place; undefined: nothing. */
export function findPlaceProblem(place: string): string | undefined {
  return place.includes('*')
    ? `'${place}' is no place: * stands for none here`
    : findPlacePatternProblem(place);
}

/** The first two repositories of which one lies inside the other; undefined: none. */
export function findOverlap(paths: ReadonlyMap<string, string>): readonly [string, string] | undefined {
  const sorted = [...paths].map(([name, path]) => ({ name, path: path === STORE_ITSELF ? '' : `${path}/` }));
  sorted.sort((a, b) => (a.path < b.path ? -1 : 1));
  for (const [index, { name, path }] of sorted.entries()) {
    const next = sorted[index + 1];
    if (next?.path.startsWith(path)) return [name, next.name];
  }
  return undefined;
}

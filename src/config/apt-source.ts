/**
 * A line of sources.list(5), as apt and everybody's documentation have it.
 *
 * ```
 * deb [signed-by=/usr/share/keyrings/example.gpg arch=amd64,arm64] https://packages.example.org/debian bookworm main contrib
 *     └ options: trusted=yes, check-valid-until=no, by-hash=no as well        └ URL                    └ suite  └ components
 * ```
 */
import { findClientUrlProblem, trimClientUrl } from './addresses.ts';
import { ARCHITECTURE_NAME, PART_NAME } from './names.ts';

/** One suite of an upstream. */
export interface AptSource {
  /** The folder that holds `dists/`, without a final slash. */
  readonly url: string;
  readonly suite: string;
  readonly components: readonly string[];
  /** None: those of the repository that it goes to. */
  readonly architectures: readonly string[];
  /** Files of public keys, as they are written: one of them must have signed. */
  readonly signedBy: readonly string[];
  /** What nobody known has signed is taken. */
  readonly trusted: boolean;
  readonly checkValidUntil: boolean;
  readonly byHash: boolean;
}

const OPTIONS: ReadonlySet<string> = new Set([
  'arch',
  'signed-by',
  'trusted',
  'check-valid-until',
  'by-hash',
]);

/** What is wrong with a line; undefined: nothing. */
export function findAptSourceProblem(line: string): string | undefined {
  const parsed = parse(line);
  return typeof parsed === 'string' ? parsed : undefined;
}

/** The line has no problem. */
export function parseAptSource(line: string): AptSource {
  const parsed = parse(line);
  if (typeof parsed === 'string') throw new Error(`'${line}' ${parsed}`);
  return parsed;
}

function parse(line: string): AptSource | string {
  const [, bracket = '', rest = ''] = /^\s*deb\s+(?:\[([^\]]*)\]\s+)?(.*)$/.exec(line) ?? [];
  const [url = '', suite = '', ...components] = words(rest);
  if (suite === '') return 'is no line such as: deb [signed-by=FILE] URL SUITE COMPONENT';
  const urlProblem = findClientUrlProblem(url);
  if (urlProblem !== undefined) return `has a URL that ${urlProblem}`;
  if (suite.endsWith('/')) return 'is a flat repository, without suites, which cannot be mirrored';
  if (components.length === 0) return 'names no component, such as main';
  if (!/^[A-Za-z0-9][A-Za-z0-9.+~_/-]*$/.test(suite) || suite.split('/').includes('..'))
    return `has the suite '${suite}'`;
  const badPart = components.find((one) => !PART_NAME.pattern.test(one));
  if (badPart !== undefined) return `has the component '${badPart}', which must be ${PART_NAME.about}`;
  const options = new Map<string, string>();
  for (const word of words(bracket)) {
    const [, name = '', value = ''] = /^([a-z-]+)=(.+)$/i.exec(word) ?? [];
    if (!OPTIONS.has(name)) return `has the option '${word}'; known are ${[...OPTIONS].join(', ')}`;
    options.set(name, value);
  }
  const list = (name: string): readonly string[] =>
    (options.get(name) ?? '').split(',').filter((one) => one !== '');
  const badArchitecture = list('arch').find((one) => !ARCHITECTURE_NAME.pattern.test(one));
  if (badArchitecture !== undefined) return `has the architecture '${badArchitecture}'`;
  const signedBy = list('signed-by');
  if (signedBy.some((one) => !one.includes('/') && !one.includes('.')))
    return 'has a fingerprint in signed-by; name the file of public keys';
  const trusted = options.get('trusted') === 'yes';
  if (signedBy.length === 0 && !trusted)
    return 'does not say who signs: [signed-by=FILE] names public keys, [trusted=yes] believes anybody';
  return {
    ...{ url: trimClientUrl(url), suite, components, signedBy, trusted },
    architectures: list('arch'),
    checkValidUntil: options.get('check-valid-until') !== 'no',
    byHash: options.get('by-hash') !== 'no',
  };
}

function words(text: string): readonly string[] {
  return text.split(/\s+/).filter((word) => word !== '');
}

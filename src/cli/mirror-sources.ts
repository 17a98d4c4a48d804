/** What `mirror add` takes for a source, as lines of sources.list: such a line, a file of them, a .sources file, or a URL with options. */
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { findField, parseStanzas, type Stanza } from '../codec/deb822.ts';
import { findAptSourceProblem } from '../config/apt-source.ts';
import { PakhusError } from '../core/pakhus-error.ts';

export interface SourceInput {
  /** As it was typed. */
  readonly source: string;
  readonly cwd: string;
  readonly suites: readonly string[];
  readonly components: readonly string[];
  readonly architectures: readonly string[];
  /** An absolute path. */
  readonly keyring: string | undefined;
  readonly unsigned: boolean;
}

/** One line for each suite. @throws CLI_USAGE */
export async function sourceLines(input: SourceInput): Promise<readonly string[]> {
  const lines = (await linesOf(input)).map((line) => withOptions(line, input));
  if (lines.length === 0)
    throw usage(`${input.source} names no source of packages`, 'It needs a line with deb.');
  for (const line of lines) {
    const problem = findAptSourceProblem(line);
    if (problem !== undefined)
      throw usage(
        `'${line}' ${problem}`,
        'Who signs is said by --keyring FILE; --unsigned takes what nobody signed.',
      );
  }
  return lines;
}

async function linesOf(input: SourceInput): Promise<readonly string[]> {
  const { source, cwd, suites, components } = input;
  if (/^\s*deb\s/.test(source)) return [source.trim()];
  if (/^[a-z]+:\/\//i.test(source)) {
    if (suites.length === 0)
      throw usage(
        `${source}: a web server does not tell which suites there are`,
        'Name them: --suite bookworm',
      );
    const parts = (components.length === 0 ? ['main'] : components).join(' ');
    return suites.map((suite) => `deb ${source} ${suite} ${parts}`);
  }
  const path = resolve(cwd, source);
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw usage(
      `'${source}' is no URL, no line that begins with deb, and no file: ${why}`,
      'Give one of these.',
    );
  });
  return source.endsWith('.sources') ? fromStanzas(text, path) : fromList(text);
}

function fromList(text: string): readonly string[] {
  return text
    .split('\n')
    .map((line) => line.replace(/(^|\s)#.*$/, '').trim())
    .filter((line) => /^deb\s/.test(line));
}

function fromStanzas(text: string, name: string): readonly string[] {
  const plain = text.replace(/^#.*\n/gm, '');
  return [...parseStanzas(plain, { name, code: 'CLI_USAGE' })].flatMap(fromStanza);
}

function fromStanza(stanza: Stanza): readonly string[] {
  const value = (field: string): string => findField(stanza, field.toLowerCase())?.value ?? '';
  const words = (field: string): readonly string[] =>
    value(field)
      .split(/\s+/)
      .filter((word) => word !== '');
  if (!words('Types').includes('deb') || value('Enabled').trim() === 'no') return [];
  const signedBy = value('Signed-By');
  if (signedBy.includes('BEGIN PGP'))
    throw usage(
      'the key is written into the .sources file',
      'Save it to a file of its own, and name that: --keyring FILE',
    );
  const options = [
    ...(words('Architectures').length === 0 ? [] : [`arch=${words('Architectures').join(',')}`]),
    ...(signedBy.trim() === '' ? [] : [`signed-by=${words('Signed-By').join(',')}`]),
    ...(value('Trusted').trim() === 'yes' ? ['trusted=yes'] : []),
    ...(value('Check-Valid-Until').trim() === 'no' ? ['check-valid-until=no'] : []),
  ];
  const bracket = options.length === 0 ? '' : ` [${options.join(' ')}]`;
  return words('URIs').flatMap((uri) =>
    words('Suites').map((suite) => `deb${bracket} ${uri} ${suite} ${words('Components').join(' ')}`),
  );
}

/** What the command line adds; what a line says of itself stays. */
function withOptions(line: string, { architectures, keyring, unsigned }: SourceInput): string {
  const [, bracket = '', rest = ''] = /^deb\s+(?:\[([^\]]*)\]\s*)?(.*)$/.exec(line) ?? [];
  const own = bracket.split(/\s+/).filter((word) => word !== '');
  const has = (name: string): boolean => own.some((word) => word.startsWith(`${name}=`));
  const isSaid = has('signed-by') || has('trusted');
  const all = [
    ...own,
    ...(architectures.length === 0 || has('arch') ? [] : [`arch=${architectures.join(',')}`]),
    ...(keyring === undefined || isSaid ? [] : [`signed-by=${keyring}`]),
    ...(unsigned && !isSaid ? ['trusted=yes'] : []),
  ];
  return `deb ${all.length === 0 ? '' : `[${all.join(' ')}] `}${rest}`;
}

function usage(message: string, hint: string): PakhusError {
  return new PakhusError('CLI_USAGE', message, { hint });
}

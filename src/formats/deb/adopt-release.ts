/** Reads the `Release` file of a suite that another program made: DebianRepository/Format in the Debian wiki. */
import { findField, parseStanza, type Stanza } from '../../codec/deb822.ts';
import { PakhusError } from '../../core/pakhus-error.ts';
import type { ListedChannel, ListedFile, ListedIndex, ListedOthers } from '../adoption.ts';
import { ENCODING_SUFFIX, type Encoding, type FormatOptions } from '../format.ts';
import { ARCHITECTURE_ALL } from './channel.ts';
import { channelFolder, isSafePath } from './paths.ts';

const DAY_MS = 86_400_000;
/** What `validForDays` takes; aptly writes 100 years where it means for ever. */
const MAX_VALID_DAYS = 36_500;
const MAX_TEXT_CHARACTERS = 200;
/** Debian lists some 2,000 files. */
const MAX_FILES = 100_000;
/** Components times architectures; Debian has 40. */
const MAX_INDEXES = 2000;

/** Fields that become settings, or that pakhus writes by itself. */
const KNOWN_FIELDS: ReadonlySet<string> = new Set([
  ...['origin', 'label', 'suite', 'codename', 'version', 'description', 'date', 'valid-until'],
  ...['notautomatic', 'butautomaticupgrades', 'acquire-by-hash', 'no-support-for-architecture-all'],
  ...['architectures', 'components', 'md5sum', 'sha1', 'sha256', 'sha512'],
]);

interface At {
  readonly channel: string;
  /** For messages. */
  readonly name: string;
}

/** @throws SETTINGS_INVALID */
export function readRelease(text: Uint8Array, at: At): ListedChannel {
  const stanza = parseStanza(Buffer.from(text).toString('utf8'), { name: at.name, code: 'SETTINGS_INVALID' });
  const value = (name: string): string => findField(stanza, name)?.value ?? '';
  const dateMs = Date.parse(value('date'));
  if (Number.isNaN(dateMs)) throw invalid(at, 'it has no Date');
  const validUntilMs = Date.parse(value('valid-until'));
  const files = listFiles(value('sha256'), at);
  const words = (name: string): readonly string[] => [
    ...new Set(
      value(name)
        .split(/\s+/)
        .filter((word) => word !== ''),
    ),
  ];
  const components = words('components').map((component) => folderOf(component, files));
  const architectures = words('architectures').filter((one) => one !== ARCHITECTURE_ALL && one !== 'source');
  if ((components.length + 1) * (architectures.length + 1) > MAX_INDEXES)
    throw invalid(at, 'it has more components and architectures than anybody needs');
  return {
    settings: { name: at.channel, options: optionsOf(stanza, { dateMs, channel: at.channel }) },
    components,
    architectures,
    dateMs,
    validUntilMs: Number.isNaN(validUntilMs) ? undefined : validUntilMs,
    hasHashedNames: value('acquire-by-hash').trim().toLowerCase() === 'yes',
    keepsAllApart:
      words('architectures').includes(ARCHITECTURE_ALL) &&
      !words('no-support-for-architecture-all').includes('Packages'),
    indexes: indexesOf(files, components),
    lost: othersOf(files, stanza),
  };
}

/** Only what differs from what pakhus would write; an empty text leaves a field out that is not there today. */
function optionsOf(
  stanza: Stanza,
  { dateMs, channel }: { readonly dateMs: number; readonly channel: string },
): FormatOptions {
  const line = (name: string): string => {
    const [first = ''] = (findField(stanza, name)?.value ?? '').split('\n');
    return first.slice(0, MAX_TEXT_CHARACTERS).trim();
  };
  const origin = line('origin');
  const label = line('label');
  const version = line('version');
  const description = line('description');
  const untilMs = Date.parse(line('valid-until'));
  const days = Math.max(1, Math.round((untilMs - dateMs) / DAY_MS));
  const isYes = (name: string): boolean => line(name).toLowerCase() === 'yes';
  return {
    ...(isYes('butautomaticupgrades') && isYes('notautomatic') && { butAutomaticUpgrades: true }),
    ...(line('codename') !== channel && { codename: line('codename') }),
    ...(description !== '' && { description }),
    ...(label !== origin && { label }),
    ...(isYes('notautomatic') && { notAutomatic: true }),
    origin,
    ...(line('suite') !== channel && { suite: line('suite') }),
    ...(days <= MAX_VALID_DAYS && { validForDays: days }),
    ...(version !== '' && { version }),
  };
}

interface Listed {
  /** Below the folder of the suite. */
  readonly name: string;
  readonly file: ListedFile;
}

/** The list of files by SHA-256; weaker digests are not looked at. */
function listFiles(value: string, at: At): readonly Listed[] {
  const lines = value.split('\n').filter((line) => line.trim() !== '');
  if (lines.length === 0) throw invalid(at, 'it lists no files by SHA256, and apt trusts no weaker digest');
  if (lines.length > MAX_FILES) throw invalid(at, `it lists more than ${MAX_FILES} files`);
  return lines.map((line) => {
    const [, sha256 = '', size = '', name = ''] =
      /^\s*([0-9a-f]{64})\s+(\d{1,15})\s+(\S+)$/i.exec(line) ?? [];
    if (!isSafePath(name))
      throw invalid(at, `the line ${JSON.stringify(line.trim().slice(0, 200))} names no file`);
    const path = `${channelFolder(at.channel)}/${name}`;
    return {
      name,
      file: { path, sizeBytes: Number(size), sha256: sha256.toLowerCase(), encoding: encodingOf(name) },
    };
  });
}

/** `updates/main` of Debian's security suites lies in `main`: apt looks at what follows the last slash as well. */
function folderOf(component: string, files: readonly Listed[]): string {
  const isThere = files.some(({ name }) => name.startsWith(`${component}/`));
  return isThere ? component : component.slice(component.lastIndexOf('/') + 1);
}

const INDEX_NAME = /^(.+?)\/(debian-installer\/)?binary-([^/]+)\/Packages(?:\.[a-z0-9]+)?$/;

function indexesOf(files: readonly Listed[], components: readonly string[]): readonly ListedIndex[] {
  const found = files.flatMap(({ name, file }) => {
    const [, component = '', installer, architecture = ''] = INDEX_NAME.exec(name) ?? [];
    if (!components.includes(component)) return [];
    const path = file.path.replace(/\.[a-z0-9]+$/, '');
    return [{ path, component, architecture, udeb: installer !== undefined, file }];
  });
  return [...Map.groupBy(found, ({ path }) => path).values()].flatMap(([first, ...more]) => {
    if (first === undefined) return [];
    const { file, ...index } = first;
    return [{ ...index, files: [file, ...more.map((one) => one.file)] }];
  });
}

/** Names of what is listed besides indexes of packages, each once in whatever form; empty files lack nobody. */
function othersOf(files: readonly Listed[], stanza: Stanza): ListedOthers {
  const sizes = new Map(files.map(({ name, file }) => [name, file.sizeBytes]));
  const filled = files.filter(
    ({ name, file }) => file.sizeBytes > 0 && sizes.get(name.replace(/\.[a-z0-9]+$/, '')) !== 0,
  );
  const named = (pattern: RegExp): readonly string[] => [
    ...new Set(
      filled.flatMap(({ name }) => (pattern.test(name) ? name.replace(/\.(gz|xz|bz2|zst|lzma)$/, '') : [])),
    ),
  ];
  return {
    sources: named(/(^|\/)source\/Sources(\.[a-z0-9]+)?$/),
    translations: named(/(^|\/)i18n\/Translation-[^/]+$/),
    contents: named(/(^|\/)Contents-[^/]+$/),
    others: named(/(^|\/)(installer-|dep11\/|cnf\/)/),
    fields: stanza.flatMap(({ name }) => (KNOWN_FIELDS.has(name.toLowerCase()) ? [] : name)),
  };
}

function encodingOf(name: string): Encoding | undefined {
  const suffix = /\.[a-z0-9]+$/.exec(name)?.[0] ?? '';
  const known: readonly Encoding[] = ['plain', 'gzip', 'xz', 'zstd'];
  return known.find((encoding) => ENCODING_SUFFIX[encoding] === suffix);
}

function invalid({ name }: At, problem: string): PakhusError {
  return new PakhusError('SETTINGS_INVALID', `${name} cannot be taken over: ${problem}`, {
    hint: 'Let the program that made it write it anew, then try again.',
    details: { name },
  });
}

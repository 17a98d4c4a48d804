/**
 * From a control file to what the index says: deb-control(5).
 *
 * ```
 * bytes ─ decodeControl ─▶ text ─ parseStanza ─▶ fields ─┬─ checked: what dpkg or apt would refuse, or misread
 *                                                        ├─ dropped: what the publisher computes
 *                                                        └─ all others, byte for byte, in their order ─▶ metadata
 * ```
 *
 * The checks protect every client of the repository: one stanza that apt cannot parse costs apt the whole index.
 */
import { type Field, parseStanza, type Stanza } from '../../codec/deb822.ts';
import { PakhusError } from '../../core/pakhus-error.ts';
import type { Lint, PackageMeta } from '../format.ts';
import { decodeControl } from '../shared/control-text.ts';
import { versionProblem } from '../shared/dpkg-version.ts';
import {
  architectureProblem,
  isPolicyName,
  MAX_WORD_CHARACTERS,
  packageNameProblem,
} from '../shared/package-names.ts';
import { packageFileName } from './paths.ts';
import { relationProblem } from './relations.ts';
import { slotOf } from './slots.ts';

/** apt 2.6 reads stanzas of up to 1 MiB; the rest is for the fields that are added. */
const MAX_METADATA_BYTES = 1_000_000;

const LINE_FEED = 0x0a;

/** What file systems allow in one name. */
const MAX_FILE_NAME_BYTES = 255;

/** Fields that only an index has: apt would believe them (Description-md5 of another length makes it give up). */
const COMPUTED_FIELDS: ReadonlySet<string> = new Set([
  'filename',
  'msdos-filename',
  'size',
  'checksum-filesize',
  'md5sum',
  'sha1',
  'sha256',
  'sha512',
  'description-md5',
]);

/** Fields that dpkg refuses in a package, and those that it adds to the version, so that apt never sees it installed. */
const REFUSED_FIELDS: ReadonlyMap<string, string> = new Map([
  ['status', 'dpkg refuses this field in a package'],
  ['config-version', 'dpkg refuses this field in a package'],
  ['triggers-pending', 'dpkg refuses this field in a package'],
  ['triggers-awaited', 'dpkg refuses this field in a package'],
  ['revision', 'dpkg would add this obsolete field to the version'],
  ['package-revision', 'dpkg would add this obsolete field to the version'],
  ['package_revision', 'dpkg would add this obsolete field to the version'],
]);

/** Reads a control file. `name`: the package file, for messages. Fails with PACKAGE_INVALID. */
export function readControl(bytes: Uint8Array, options: { readonly name: string }): PackageMeta {
  const { text, lints: textLints } = decodeControl(bytes, { ...options, format: 'deb' });
  const stanza = parseStanza(text, { name: `${options.name}: control` });
  const fields = new Map(stanza.map((field) => [field.name.toLowerCase(), field]));
  const last = stanza.at(-1);
  if (last?.value === '' && !text.endsWith('\n\n')) {
    throw invalid(options.name, { field: last, problem: 'dpkg refuses an empty field at the end' });
  }
  const meta = {
    name: checked(fields, { field: 'Package', check: packageNameProblem, ...options }),
    version: checked(fields, { field: 'Version', check: versionProblem, ...options }),
    architecture: checked(fields, { field: 'Architecture', check: architectureProblem, ...options }),
  };
  checkOthers(fields, { ...options, architecture: meta.architecture });
  const relation = relationProblem(stanza);
  if (relation !== undefined) throw invalid(options.name, relation);

  const dropped = stanza.filter((field) => COMPUTED_FIELDS.has(field.name.toLowerCase()));
  const metadata = keptText(text, { all: stanza, dropped });
  if (Buffer.byteLength(metadata) > MAX_METADATA_BYTES) {
    const problem = `apt cannot read more than ${MAX_METADATA_BYTES} bytes of fields`;
    throw invalid(options.name, { field: 'control', problem });
  }
  const slot = slotOf(fields, { architecture: meta.architecture, fileName: options.name });
  const fileName = packageFileName({ ...meta, slot });
  if (Buffer.byteLength(fileName) > MAX_FILE_NAME_BYTES) {
    const problem = `its file name would have more than ${MAX_FILE_NAME_BYTES} bytes`;
    throw invalid(options.name, { field: 'Version', problem });
  }
  return { ...meta, slot, metadata, lints: [...textLints, ...lint(fields, dropped)] };
}

/**
 * The fields that stay, byte for byte. Mostly that is the text as it is: names and versions are parts of it and keep it in
 * memory anyway, and a copy would be a kilobyte more for each package.
 */
function keptText(
  text: string,
  fields: { readonly all: Stanza; readonly dropped: readonly Field[] },
): string {
  const { all, dropped } = fields;
  if (dropped.length > 0 || text.includes('\r')) {
    const kept = all.filter((field) => !dropped.includes(field));
    return kept.map((field) => field.raw).join('\n');
  }
  let start = 0;
  let end = text.length;
  while (text.charCodeAt(start) === LINE_FEED) start++;
  while (text.charCodeAt(end - 1) === LINE_FEED) end--;
  return text.slice(start, end);
}

type Fields = ReadonlyMap<string, Field>;

function checked(
  fields: Fields,
  options: {
    readonly field: string;
    readonly name: string;
    check(value: string): string | undefined;
  },
): string {
  const { field, name } = options;
  const value = fields.get(field.toLowerCase())?.value;
  if (value === undefined) throw invalid(name, { field, problem: 'the field is missing' });
  const problem = options.check(value);
  if (problem !== undefined) throw invalid(name, { field: `${field} ${excerpt(value)}`, problem });
  return value;
}

function checkOthers(
  fields: Fields,
  context: { readonly name: string; readonly architecture: string },
): void {
  const { name, architecture } = context;
  for (const [key, field] of fields) {
    const problem = REFUSED_FIELDS.get(key);
    if (problem !== undefined) throw invalid(name, { field, problem });
  }
  const expectOneOf = (key: string, allowed: readonly string[]): void => {
    const field = fields.get(key);
    if (field === undefined || field.value === '' || allowed.includes(field.value.toLowerCase())) return;
    const problem = `expected ${allowed.join(', ')}, found ${excerpt(field.value)}`;
    throw invalid(name, { field, problem });
  };
  expectOneOf('multi-arch', ['no', 'same', 'foreign', 'allowed']);
  expectOneOf('essential', ['yes', 'no']);
  expectOneOf('protected', ['yes', 'no']);
  if (architecture === 'all' && fields.get('multi-arch')?.value.toLowerCase() === 'same') {
    throw invalid(name, { field: 'Multi-Arch', problem: 'same is not for architecture all' });
  }
  for (const key of ['section', 'source']) {
    const field = fields.get(key);
    if (field !== undefined && field.value.length > MAX_WORD_CHARACTERS) {
      throw invalid(name, { field, problem: `it is longer than ${MAX_WORD_CHARACTERS} characters` });
    }
  }
}

function lint(fields: Fields, dropped: readonly Field[]): Lint[] {
  const lints: Lint[] = [];
  const value = (key: string): string => fields.get(key)?.value ?? '';
  if (dropped.length > 0) {
    const names = dropped.map((field) => field.name).join(', ');
    lints.push({
      code: 'deb-own-index-fields',
      message: `control has ${names}; left out, the index has its own`,
    });
  }
  if (!isPolicyName(value('package'))) {
    const why = 'is not of two or more lower-case characters as Debian Policy 5.6.7 wants';
    lints.push({
      code: 'deb-name-policy',
      message: `package name ${value('package')} ${why}; taken as dpkg does`,
    });
  }
  const multiArch = value('multi-arch');
  if (multiArch !== multiArch.toLowerCase()) {
    lints.push({
      code: 'deb-multi-arch-case',
      message: `Multi-Arch: ${multiArch}; apt ignores it in upper case`,
    });
  }
  if (/\((?![ \t\n]*=)/.test(value('provides'))) {
    lints.push({
      code: 'deb-provides-version',
      message: 'Provides has a version without =; apt ignores that entry',
    });
  }
  for (const name of ['Maintainer', 'Description']) {
    if (value(name.toLowerCase()) === '') {
      lints.push({ code: 'deb-missing-field', message: `control has no ${name}; dpkg warns of that` });
    }
  }
  return lints;
}

function invalid(
  name: string,
  options: { readonly field: string | Field; readonly problem: string },
): PakhusError {
  const field = typeof options.field === 'string' ? options.field : options.field.name;
  return new PakhusError('PACKAGE_INVALID', `${name}: ${field}: ${options.problem}`, {
    hint: 'Correct the control file and build the package again.',
    details: { name, field },
  });
}

function excerpt(value: string): string {
  return JSON.stringify(value.length > 80 ? `${value.slice(0, 80)}…` : value);
}

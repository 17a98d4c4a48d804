/**
 * From a control file to what the index says.
 *
 * opkg reads a line by how it begins, in this very spelling: a field `Size-In-Flash` would be taken for `Size`, and one called `package`
 * is nothing to it. So fields have to be spelled as opkg does, and those that it would misread are left out.
 */
import { type Field, parseStanza, type Stanza } from '../../codec/deb822.ts';
import { PakhusError } from '../../core/pakhus-error.ts';
import type { Lint, PackageMeta } from '../format.ts';
import { decodeControl } from '../shared/control-text.ts';
import { packageNameProblem } from '../shared/package-names.ts';
import { packageFileName } from './paths.ts';
import { isUnlisted } from './render-packages.ts';
import { architectureProblem } from './slots.ts';

const MAX_METADATA_BYTES = 1_000_000;
const MAX_FILE_NAME_BYTES = 255;
const MAX_VERSION_CHARACTERS = 1024;

/** Fields that only an index has: a package with them cannot be installed from a file. */
const COMPUTED = /^(?:filename|size|sha256sum|sha256|md5sum)$/i;

/** Fields whose names begin like those that decide what is installed. */
const MISREAD = /^(?:Package|Version|Architecture|Filename|Size|SHA256sum|MD5[Ss]um|Description)./;

/** Reads a control file. `name`: the package file, for messages. Fails with PACKAGE_INVALID. */
export function readControl(bytes: Uint8Array, options: { readonly name: string }): PackageMeta {
  const { name: fileName } = options;
  const { text, lints } = decodeControl(bytes, { name: fileName, format: 'opkg' });
  const stanza = parseStanza(text, { name: `${fileName}: control` });
  const name = required(stanza, { field: 'Package', check: packageNameProblem, fileName });
  const version = required(stanza, { field: 'Version', check: versionProblem, fileName });
  const architecture = required(stanza, { field: 'Architecture', check: architectureProblem, fileName });
  const dropped = stanza.filter((field) => COMPUTED.test(field.name));
  const misread = stanza.filter((field) => MISREAD.test(field.name) && !dropped.includes(field));
  const kept = stanza.filter((field) => !dropped.includes(field) && !misread.includes(field));
  const metadata = kept.map((field) => field.raw).join('\n');
  if (Buffer.byteLength(metadata) > MAX_METADATA_BYTES)
    throw invalid(fileName, 'control', `it has more than ${MAX_METADATA_BYTES} bytes`);
  if (Buffer.byteLength(packageFileName({ name, version, architecture })) > MAX_FILE_NAME_BYTES)
    throw invalid(fileName, 'Version', `the file name would have more than ${MAX_FILE_NAME_BYTES} bytes`);
  const more = [...lintDropped(dropped), ...lintMisread(misread), ...lintUnlisted(name)];
  return { name, version, architecture, slot: architecture, metadata, lints: [...lints, ...more] };
}

/** Why opkg would not cope with a version; undefined when it does. OpenWrt has versions such as `git-26.001`. */
export function versionProblem(version: string): string | undefined {
  if (version === '') return 'it is empty';
  if (version.length > MAX_VERSION_CHARACTERS)
    return `it is longer than ${MAX_VERSION_CHARACTERS} characters`;
  return /^[A-Za-z0-9][A-Za-z0-9.+~:-]*$/.test(version)
    ? undefined
    : 'it has characters other than A-Z a-z 0-9 . + ~ : -';
}

function required(
  stanza: Stanza,
  wanted: {
    readonly field: string;
    readonly fileName: string;
    check(value: string): string | undefined;
  },
): string {
  const { field, fileName } = wanted;
  const found = stanza.find(({ name }) => name.toLowerCase() === field.toLowerCase());
  if (found === undefined) throw invalid(fileName, field, 'the field is missing');
  if (found.name !== field) throw invalid(fileName, found.name, `opkg knows it as ${field} only`);
  const problem = wanted.check(found.value);
  if (problem !== undefined)
    throw invalid(fileName, `${field} ${JSON.stringify(found.value.slice(0, 80))}`, problem);
  return found.value;
}

function lintDropped(dropped: readonly Field[]): readonly Lint[] {
  if (dropped.length === 0) return [];
  const names = dropped.map(({ name }) => name).join(', ');
  const spelling = dropped.some(({ name }) => /^sha256/i.test(name) && name !== 'SHA256sum')
    ? '; opkg knows SHA256sum in that spelling only'
    : '';
  return [
    {
      code: 'opkg-own-index-fields',
      message: `control has ${names}, with which opkg cannot install the file by itself; left out, the index has its own${spelling}`,
    },
  ];
}

function lintMisread(misread: readonly Field[]): readonly Lint[] {
  return misread.map(({ name }) => ({
    code: 'opkg-misread-field',
    message: `control has ${name}, of which opkg reads the first letters as another field; left out of the index`,
  }));
}

function lintUnlisted(name: string): readonly Lint[] {
  if (!isUnlisted(name)) return [];
  return [
    { code: 'opkg-unlisted', message: `${name} is part of every image: it is published and in no index` },
  ];
}

function invalid(fileName: string, field: string, problem: string): PakhusError {
  return new PakhusError('PACKAGE_INVALID', `${fileName}: ${field}: ${problem}`, {
    hint: 'Correct the control file and build the package again.',
    details: { name: fileName, field },
  });
}

/**
 * From a control file to what the index says.
 *
 * ```
 * bytes ─ decodeControl ─▶ text ─ parseStanza ─▶ fields ─┬─ name, version, architecture: checked, or refused
 *                                                        ├─ what wpkg would stumble over: a lint that stops the publish, or refused
 *                                                        └─ sorted, with digest, size and date ─▶ metadata
 * ```
 */
import { type Field, parseStanza, type Stanza } from '../../codec/deb822.ts';
import { PakhusError } from '../../core/pakhus-error.ts';
import type { Lint, PackageMeta } from '../format.ts';
import { decodeControl } from '../shared/control-text.ts';
import { architectureProblem, fullArchitecture } from './architecture.ts';
import { COMPUTED, rfc2822Date, writeCtrl } from './ctrl.ts';
import { findFieldProblems } from './field-rules.ts';
import { packageNameProblem } from './names.ts';
import { packageFileName } from './paths.ts';
import { versionProblem } from './version.ts';

const MAX_METADATA_BYTES = 1_000_000;
const MAX_FILE_NAME_BYTES = 255;

/** What is known of the file besides its control file. */
export interface WpkgFacts {
  /** The package file, for messages. */
  readonly name: string;
  /** 32 hex digits, of the whole file. */
  readonly md5: string;
  readonly sizeBytes: number;
  /** Of the control file: seconds since 1970. */
  readonly mtimeSeconds: number;
}

/** Fails with PACKAGE_INVALID. */
export function readControl(bytes: Uint8Array, facts: WpkgFacts): PackageMeta {
  const { name: file } = facts;
  const { text, lints } = decodeControl(bytes, { name: file, format: 'wpkg' });
  const stanza = parseStanza(text, { name: `${file}: control` });
  const naming = {
    name: required(stanza, { field: 'Package', check: packageNameProblem, file }),
    version: required(stanza, { field: 'Version', check: versionProblem, file }),
    architecture: required(stanza, { field: 'Architecture', check: architectureProblem, file }),
  };
  required(stanza, { field: 'Maintainer', file });
  required(stanza, { field: 'Description', file });
  const own = stanza.filter(({ name }) => !COMPUTED.has(name.toLowerCase()));
  const { kept, lints: fieldLints } = checkFields(own, file);
  const metadata = writeCtrl([
    ...kept,
    { name: 'Index-Date', value: rfc2822Date(facts.mtimeSeconds) },
    { name: 'Package-md5sum', value: facts.md5 },
    { name: 'Package-Size', value: String(facts.sizeBytes) },
  ]);
  if (Buffer.byteLength(metadata) > MAX_METADATA_BYTES)
    throw invalid(file, 'control', `it has more than ${MAX_METADATA_BYTES} bytes`);
  if (Buffer.byteLength(packageFileName(naming)) > MAX_FILE_NAME_BYTES)
    throw invalid(file, 'Version', `the file name would have more than ${MAX_FILE_NAME_BYTES} bytes`);
  const slot = fullArchitecture(naming.architecture) ?? naming.architecture;
  return { ...naming, slot, metadata, lints: [...lints, ...ownLints(stanza, own), ...fieldLints] };
}

/** The fields that wpkg takes, and why the others stop a publish: they would stop every client, whatever it wants to install. */
function checkFields(
  own: Stanza,
  file: string,
): { readonly kept: readonly Field[]; readonly lints: readonly Lint[] } {
  const problems = findFieldProblems(own);
  const fatal = problems.find(({ cure }) => cure === undefined);
  if (fatal !== undefined) throw invalid(file, fatal.field.name, fatal.problem);
  return {
    kept: own.filter((field) => !problems.some((one) => one.field === field)),
    lints: problems.map(({ field, problem }) => ({
      code: 'wpkg-field',
      message: `${field.name}: ${problem}; with it in the index, wpkg installs nothing from there`,
      cure: 'repack',
      blocks: true,
    })),
  };
}

function ownLints(stanza: Stanza, kept: Stanza): readonly Lint[] {
  const dropped = stanza.filter((field) => !kept.includes(field));
  if (dropped.length === 0) return [];
  const names = dropped.map(({ name }) => name).join(', ');
  return [
    { code: 'wpkg-own-index-fields', message: `control has ${names}; left out, the index has its own` },
  ];
}

function required(
  stanza: Stanza,
  wanted: {
    readonly field: string;
    readonly file: string;
    check?(value: string): string | undefined;
  },
): string {
  const { field, file } = wanted;
  const value = stanza.find(({ name }) => name.toLowerCase() === field.toLowerCase())?.value ?? '';
  if (value === '') throw invalid(file, field, 'the field is missing');
  const problem = wanted.check?.(value);
  if (problem !== undefined) throw invalid(file, `${field} ${JSON.stringify(value.slice(0, 80))}`, problem);
  return value;
}

function invalid(file: string, field: string, problem: string): PakhusError {
  return new PakhusError('PACKAGE_INVALID', `${file}: ${field}: ${problem}`, {
    hint: 'Correct the control file and build the package again.',
    details: { name: file, field },
  });
}

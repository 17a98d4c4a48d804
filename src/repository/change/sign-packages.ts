/**
 * Signatures over packages, for formats whose clients check them: one by one key, the one that signs where a file has one signature.
 *
 * ```
 * put, signed by that key ───────────────────────────▶ as it is
 * put, unsigned or signed by another ─▶ <package>.sig ─▶ its signature, when it is that key's
 *                                        │ none, or another's
 *                                        └─▶ signed now; whoever writes <package>.sig first is followed by the others
 * another key signs now ─▶ every package of the repository is put again
 * ```
 */
import type { RunEdits } from '../../catalog/edit-runs.ts';
import { sha256Hex } from '../../core/digest.ts';
import { hasCode, PakhusError } from '../../core/pakhus-error.ts';
import type { PackageRecord, PackageSignatures } from '../../formats/format.ts';
import { formatByName } from '../../formats/table.ts';
import { isSignedBy } from '../../signing/is-signed-by.ts';
import { namesSigner } from '../../signing/names-signer.ts';
import { readBytes } from '../../storage/read-all.ts';
import type { CallOptions } from '../../storage/storage.ts';
import { PACKAGE_HEADERS } from '../ingest/store-package.ts';
import type { SignAll } from '../keys/keys.ts';
import { signingOnes, singleSigner } from '../keys/signers.ts';
import type { Repository } from '../repository.ts';
import type { BaseLookup } from './changes.ts';
import { runId } from './step.ts';
import type { Terms } from './terms.ts';

/** pacman refuses longer ones. */
const MAX_SIGNATURE_BYTES = 16_384;
/** A package is in memory while it is signed. */
const MAX_PACKAGE_BYTES = 2 ** 31 - 1;

export interface SignPackagesInput extends CallOptions {
  /** Before this revision; undefined for revision 1. */
  readonly before: Pick<Terms, 'signers'> | undefined;
  readonly terms: Pick<Terms, 'settings' | 'signers'>;
  readonly base: Pick<BaseLookup, 'runs' | 'scan'>;
  readonly edits: readonly RunEdits[];
  /** The date of new signatures. */
  readonly signedAtMs: number;
}

/** The edits with signed packages. @throws KEY_NOT_FOUND, KEY_WEAK, SIGN_FAILED, PACKAGE_CHANGED, STORE_* */
export async function signPackages(
  repository: Repository,
  { before, terms: { settings, signers }, base, signedAtMs: nowMs, ...input }: SignPackagesInput,
): Promise<readonly RunEdits[]> {
  const { edits, ...call } = input;
  const { packageSignatures: rules } = formatByName(settings.format);
  const signer = singleSigner(signers);
  if (rules === undefined || signer === undefined) return edits;
  const old = before && singleSigner(before.signers);
  const isNew = old !== undefined && old.fingerprint !== signer.fingerprint;
  const all = isNew ? await putAgain(base, edits) : edits;
  if (all.every(({ put }) => put.length === 0)) return all;
  const sign = await repository.keys.openSigner(signingOnes(signers), { nowMs, ...call });
  const deps = { ...call, rules, sign, publicKey: signer.publicKey, nowMs };
  const signed: RunEdits[] = [];
  for (const edit of all) {
    const put: PackageRecord[] = [];
    // One at a time: each is in memory, and a command that signs may ask somebody.
    for (const record of edit.put) {
      call.signal?.throwIfAborted();
      put.push(await withSignature(repository, record, deps));
    }
    signed.push({ ...edit, put });
  }
  return signed;
}

/** The edits, and every package that they leave alone. */
async function putAgain(
  base: SignPackagesInput['base'],
  edits: readonly RunEdits[],
): Promise<readonly RunEdits[]> {
  const byRun = new Map(edits.map((edit) => [runId(edit.run), edit]));
  for (const run of base.runs()) {
    const { put, drop } = byRun.get(runId(run)) ?? { put: [], drop: [] };
    const edited = new Set([...put, ...drop].map(keyOf));
    const others: PackageRecord[] = [];
    for await (const records of base.scan(run))
      others.push(...records.filter((record) => !edited.has(keyOf(record))));
    byRun.set(runId(run), { run, put: [...put, ...others], drop });
  }
  return [...byRun.values()];
}

function keyOf({ name, version, architecture }: Pick<PackageRecord, 'name' | 'version' | 'architecture'>) {
  return `${name}\n${version}\n${architecture}`;
}

interface SignDeps extends CallOptions {
  readonly rules: PackageSignatures;
  readonly sign: SignAll;
  /** Of the one that signs, armored. */
  readonly publicKey: string;
  readonly nowMs: number;
}

async function withSignature(
  { tree }: Repository,
  record: PackageRecord,
  { rules, sign, publicKey, nowMs, ...call }: SignDeps,
): Promise<PackageRecord> {
  const own = rules.read(record);
  if (own !== undefined && (await namesSigner(own, publicKey))) return record;
  const bytes = await readBytes(tree, record.path, { ...call, limitBytes: MAX_PACKAGE_BYTES });
  if (sha256Hex(bytes) !== record.sha256) throw changed(record.path);
  const path = rules.pathOf(record);
  const findOne = async (): Promise<Uint8Array | undefined> => {
    const signature = await readIfThere({ tree }, path, call);
    const options = { name: record.path, publicKey, nowMs };
    const isOwn = signature !== undefined && (await isSignedBy({ signature, bytes }, options));
    return isOwn ? signature : undefined;
  };
  const known = await findOne();
  if (known !== undefined) return rules.add(record, known);
  const made = await sign('binary', bytes);
  try {
    await tree.write(path, made, { ...call, ...PACKAGE_HEADERS, ifAbsent: true });
    return rules.add(record, made);
  } catch (error) {
    if (!hasCode(error, 'STORE_CONFLICT')) throw error;
  }
  // What is no signature of this key gives way when the companions of the package are placed.
  return rules.add(record, (await findOne()) ?? made);
}

async function readIfThere(
  { tree }: Pick<Repository, 'tree'>,
  path: string,
  call: CallOptions,
): Promise<Uint8Array | undefined> {
  try {
    return await readBytes(tree, path, { ...call, limitBytes: MAX_SIGNATURE_BYTES });
  } catch (error) {
    if (hasCode(error, 'STORE_OBJECT_NOT_FOUND', 'STORE_OBJECT_TOO_LARGE')) return undefined;
    throw error;
  }
}

function changed(path: string): PakhusError {
  return new PakhusError('PACKAGE_CHANGED', `${path} has other bytes than when it was read`, {
    hint: 'Run the command again.',
    details: { path },
  });
}

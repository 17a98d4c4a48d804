/**
 * Comparing the store with the ledger, down to every byte: the chain of records, blobs, package files, indexes, pointers and
 * signatures. Reads only.
 */
import { channelView, renderedIndexes } from '../catalog/catalog.ts';
import { createLeafStore } from '../catalog/leaf-store.ts';
import { readRun } from '../catalog/run.ts';
import { hasCode } from '../core/pakhus-error.ts';
import type { PackageRecord } from '../formats/format.ts';
import { formatByName } from '../formats/table.ts';
import { walkLog } from '../ledger/log.ts';
import { stalePointers } from '../ledger/publish.ts';
import { verifyClear, verifyDetached } from '../signing/verify.ts';
import { readBytes } from '../storage/read-all.ts';
import type { ReadRevision } from './content.ts';
import { holds } from './ingest/store-package.ts';
import { openTail } from './read-repository.ts';
import type { Repository, UseCaseOptions } from './repository.ts';

const SIGNED_LIMIT_BYTES = 64 * 1024 * 1024;

/** Something that is not as it should be. */
export interface Finding {
  readonly area: 'log' | 'blob' | 'package' | 'index' | 'pointer' | 'signature';
  /** Where: a path or key. */
  readonly path: string;
  readonly problem: string;
  /** A command, or what to do. */
  readonly remedy: string;
}

export interface Verification {
  readonly rev: number;
  readonly checked: {
    readonly records: number;
    readonly packages: number;
    readonly indexes: number;
    readonly pointers: number;
    readonly signatures: number;
  };
  readonly findings: readonly Finding[];
}

/** Damage that does not end the check: everything that can be read is read. */
export async function verifyRepository(
  repository: Repository,
  options: UseCaseOptions,
): Promise<Verification> {
  const call = options.signal === undefined ? {} : { signal: options.signal };
  const tail = await openTail(repository, call);
  const { rev } = tail.revision.signed.record;
  const findings: Finding[] = [];
  const records = await checkLog(repository, { rev, findings }, options);
  const packages = await checkPackages(repository, { tail, findings }, options);
  const indexes = await checkIndexes(repository, { tail, findings });
  const signatures = await checkSignatures(repository, { tail, findings });
  for (const path of await stalePointers(repository.ledger, tail.revision, call)) {
    findings.push({
      area: 'pointer',
      path,
      problem: 'is missing or not what the newest revision says',
      remedy: 'Run `pakhus repair`.',
    });
  }
  const pointers = tail.revision.manifest.pointers.length;
  return { rev, checked: { records, packages, indexes, pointers, signatures }, findings };
}

interface Check {
  readonly tail: ReadRevision;
  readonly findings: Finding[];
}

async function checkLog(
  repository: Repository,
  at: { readonly rev: number; readonly findings: Finding[] },
  { report, signal }: UseCaseOptions,
): Promise<number> {
  let checked = 0;
  try {
    for await (const _ of walkLog(repository.ledger, at.rev, signal === undefined ? {} : { signal })) {
      checked += 1;
      report({ type: 'progress', task: 'Checking the log', done: checked, total: at.rev });
    }
  } catch (error) {
    if (!hasCode(error, 'LEDGER_CORRUPT', 'LEDGER_UNTRUSTED', 'STORE_OBJECT_NOT_FOUND')) throw error;
    const remedy = 'Restore the file from a backup or another copy of the store.';
    at.findings.push({ area: 'log', path: `revision ${checked + 1}`, problem: error.message, remedy });
  }
  return checked;
}

async function checkPackages(
  repository: Repository,
  { tail, findings }: Check,
  { report, signal }: UseCaseOptions,
): Promise<number> {
  const { blobs } = repository.ledger;
  const leaves = createLeafStore(blobs);
  const seen = new Set<string>();
  const total = tail.content.catalog.runs.reduce((sum, run) => sum + run.packages, 0);
  for (const entry of tail.content.catalog.runs) {
    await collect(findings, entry.ref.key, async () => {
      for (const leaf of (await readRun(blobs, entry.ref)).leaves) {
        signal?.throwIfAborted();
        await collect(findings, leaf.blob.key, async () => {
          for (const record of await leaves.read(leaf))
            await checkFile(repository, { record, seen, findings });
        });
        report({ type: 'progress', task: 'Checking packages', done: seen.size, total });
      }
    });
  }
  return seen.size;
}

async function collect(findings: Finding[], path: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!hasCode(error, 'LEDGER_CORRUPT')) throw error;
    findings.push({
      area: 'blob',
      path,
      problem: error.message,
      remedy: 'Restore the object from a backup or another copy of the store.',
    });
  }
}

async function checkFile(
  repository: Repository,
  at: { readonly record: PackageRecord; readonly seen: Set<string>; readonly findings: Finding[] },
): Promise<void> {
  const { record, seen, findings } = at;
  if (seen.has(record.path)) return;
  seen.add(record.path);
  if (await holds(repository.tree, record)) return;
  findings.push({
    area: 'package',
    path: record.path,
    problem: `is missing or has other bytes than ${record.name} ${record.version} ${record.architecture}`,
    remedy: 'Publish the same package file again; it is put back.',
  });
}

async function checkIndexes(repository: Repository, { tail, findings }: Check): Promise<number> {
  let checked = 0;
  for (const channel of tail.content.catalog.channels) {
    for (const index of channel.indexes) {
      for (const { from, sizeBytes, sha256 } of index.files) {
        if (from === undefined) continue;
        checked += 1;
        const [storage, path] =
          'tree' in from ? [repository.tree, from.tree] : [repository.ledger.state, from.blob];
        if (await holds(storage, { path, sizeBytes, sha256 })) continue;
        findings.push({
          area: 'index',
          path,
          problem: 'is missing or has other bytes than the ledger says',
          remedy: 'Run `pakhus repair`.',
        });
      }
    }
  }
  return checked;
}

/** Renders every pointer again and checks the signatures over the result. */
async function checkSignatures(repository: Repository, { tail, findings }: Check): Promise<number> {
  const { catalog, signers } = tail.content;
  const format = formatByName(catalog.settings.format);
  const keys = signers.map(({ publicKey }) => publicKey);
  let checked = 0;
  for (const channel of catalog.channels) {
    const view = channelView(catalog, channel.name);
    if (view === undefined) continue;
    const plans = format.renderChannel(view, { indexes: renderedIndexes(channel), dateMs: channel.dateMs });
    const texts = new Map(
      plans.flatMap((plan) => ('bytes' in plan ? [[plan.path, plan.bytes] as const] : [])),
    );
    for (const plan of plans) {
      const text = texts.get('sign' in plan ? plan.of : '');
      if (!('sign' in plan) || text === undefined) continue;
      checked += 1;
      const problem = await signatureProblem(repository, { path: plan.path, mode: plan.sign, text, keys });
      if (problem !== undefined) {
        findings.push({
          area: 'signature',
          path: plan.path,
          problem,
          remedy: 'Run `pakhus repair`; if it stays, publish again.',
        });
      }
    }
  }
  return checked;
}

async function signatureProblem(
  repository: Repository,
  at: {
    readonly path: string;
    readonly mode: 'clear' | 'detached';
    readonly text: Uint8Array;
    readonly keys: readonly string[];
  },
): Promise<string | undefined> {
  try {
    const signature = await readBytes(repository.tree, at.path, { limitBytes: SIGNED_LIMIT_BYTES });
    const options = { name: at.path, publicKeys: at.keys, nowMs: repository.ledger.clock.now() };
    if (at.mode === 'detached') {
      await verifyDetached(at.text, { ...options, signature: Buffer.from(signature).toString('utf8') });
      return undefined;
    }
    const { text } = await verifyClear(signature, options);
    return Buffer.compare(text, at.text) === 0
      ? undefined
      : 'signs another text than the newest revision has';
  } catch (error) {
    if (hasCode(error, 'VERIFY_FAILED', 'STORE_OBJECT_NOT_FOUND', 'KEY_INVALID')) return error.message;
    throw error;
  }
}

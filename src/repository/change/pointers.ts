/** Pointers as files: rendered bytes and their signatures, kept as blobs until they are published. */
import { callOf } from '../../catalog/call-of.ts';
import { sha256Hex } from '../../core/digest.ts';
import type { PointerPlan } from '../../formats/format.ts';
import type { PrepareInput } from '../../ledger/commit.ts';
import type { PointerEntry } from '../../ledger/manifest.ts';
import { joinPublicKeys } from '../../signing/openpgp-key.ts';
import type { SignAll } from '../keys/keys.ts';
import type { Repository } from '../repository.ts';
import type { PublicSigner } from './actions.ts';

/** Which revision it is. */
export type RevisionAt = Pick<PrepareInput, 'base' | 'rev' | 'signedAtMs' | 'signal'>;

/** Where a repository's public keys are published, below its folder. */
export const PUBLIC_KEY_PATH = 'key.asc';

/** Signs what the plans ask for and keeps all of it. @throws KEY_WEAK, SIGN_FAILED */
export async function signPointers(
  repository: Repository,
  work: {
    readonly plans: readonly PointerPlan[];
    readonly sign: SignAll;
    readonly at: RevisionAt;
  },
): Promise<readonly PointerEntry[]> {
  const { plans, sign, at } = work;
  const bytesOf = new Map<string, Uint8Array>();
  for (const plan of plans) if ('bytes' in plan) bytesOf.set(plan.path, plan.bytes);
  const entries: PointerEntry[] = [];
  for (const plan of plans) {
    const text = bytesOf.get('sign' in plan ? plan.of : plan.path);
    if (text === undefined) throw new Error(`${plan.path} signs a pointer that is not rendered`);
    const bytes = 'sign' in plan ? await sign(plan.sign, text) : text;
    entries.push(await keep(repository, { path: plan.path, contentType: plan.contentType, bytes, at }));
  }
  return entries;
}

/** The signers' public keys in one file. */
export async function publicKeyFile(
  repository: Repository,
  work: { readonly signers: readonly PublicSigner[]; readonly at: RevisionAt },
): Promise<PointerEntry> {
  const bytes = Buffer.from(await joinPublicKeys(work.signers.map(({ publicKey }) => publicKey)));
  const old = work.at.base?.manifest.pointers.find(({ path }) => path === PUBLIC_KEY_PATH);
  if (old?.sha256 === sha256Hex(bytes)) return old;
  return keep(repository, {
    path: PUBLIC_KEY_PATH,
    contentType: 'application/pgp-keys',
    bytes,
    at: work.at,
  });
}

async function keep(
  repository: Repository,
  file: {
    readonly path: string;
    readonly contentType: string;
    readonly bytes: Uint8Array;
    readonly at: RevisionAt;
  },
): Promise<PointerEntry> {
  const { path, contentType, bytes, at } = file;
  const blob = await repository.ledger.blobs.put(bytes, callOf(at));
  return {
    path,
    sizeBytes: bytes.length,
    sha256: blob.sha256,
    from: { blob: blob.key },
    contentType,
    since: at.rev,
  };
}

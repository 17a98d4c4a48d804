/** Replacing a signing key, one step at a time. */
import { PakhusError } from '../../core/pakhus-error.ts';
import type { PublicSigner } from '../change/actions.ts';
import { type Changed, makeChange } from '../change/change.ts';
import { type ReadRevision, termsOf } from '../change/content.ts';
import { openTail } from '../read-repository.ts';
import type { Repository, UseCaseOptions } from '../repository.ts';
import { kindOf } from './keys.ts';
import { announced, nextStep, type RotationStep, signingOnes, stepped } from './signers.ts';

export interface RotateInput {
  /** Default: the next one. */
  readonly step: RotationStep | undefined;
  /** The new key: a fingerprint, or the name of a key file. Default: one is made. */
  readonly key: string | undefined;
  /** Fingerprint of the key to replace; needed when several sign. */
  readonly old: string | undefined;
  /** Of a key that is made. */
  readonly expiresDays: number | undefined;
  readonly dryRun: boolean;
}

export interface RotateResult {
  readonly step: RotationStep;
  /** After the step. */
  readonly signers: readonly PublicSigner[];
  /** Where the secret half of the new key is, when it was made now. */
  readonly madeKeyFile: string | undefined;
  /** Undefined on a dry run. */
  readonly change: Changed | undefined;
}

/** @throws CLI_USAGE, KEY_NOT_FOUND when a key that has to sign is not here, KEY_WEAK, and as `makeChange` */
export async function rotateKey(
  repository: Repository,
  input: RotateInput,
  options: UseCaseOptions,
): Promise<RotateResult> {
  const tail = await openTail(repository, options.signal === undefined ? {} : { signal: options.signal });
  const before = termsOf(tail.revision, tail.content);
  if (before.signers.length === 0) throw unsigned(repository.name);
  const step = input.step ?? nextStep(before.signers);
  if (step === 'announce' && input.dryRun && input.key === undefined)
    return { step, signers: before.signers, madeKeyFile: undefined, change: undefined };
  const successor = step === 'announce' ? await announce(repository, { tail, input }) : undefined;
  const signers = successor === undefined ? stepped(before.signers, asLaterStep(step)) : successor.signers;
  // Every key that has to sign must be here, before anything is proposed.
  await repository.keys.openSigner(signingOnes(signers), { nowMs: repository.ledger.time.now() });
  const outcome = { step, signers, madeKeyFile: successor?.madeKeyFile };
  if (input.dryRun) return { ...outcome, change: undefined };
  const actions = [{ type: 'settings', create: false, ...before, signers } as const];
  return {
    ...outcome,
    change: await makeChange(
      repository,
      { actions, message: messageOf(step), known: tail.revision },
      options,
    ),
  };
}

async function announce(
  repository: Repository,
  { tail, input }: { readonly tail: ReadRevision; readonly input: RotateInput },
): Promise<{ readonly signers: readonly PublicSigner[]; readonly madeKeyFile: string | undefined }> {
  const { signers } = tail.content;
  if (nextStep(signers) !== 'announce') {
    throw new PakhusError('CLI_USAGE', 'a rotation is under way', {
      hint: `Go on with --step ${nextStep(signers)}, or go back with --step cancel.`,
    });
  }
  const old = oldOf(signers, input.old);
  const { keys, ledger } = repository;
  const nowMs = ledger.time.now();
  if (input.key !== undefined) {
    const next = await keys.findSigner(input.key, { nowMs, signedBy: kindOf(old.publicKey) });
    return { signers: announced(signers, { old: old.fingerprint, next }), madeKeyFile: undefined };
  }
  const { expiresDays } = input;
  const made = await keys.makeSuccessor(old, { nowMs, ...(expiresDays !== undefined && { expiresDays }) });
  return { signers: announced(signers, { old: old.fingerprint, next: made.signer }), madeKeyFile: made.path };
}

function unsigned(name: string): PakhusError {
  return new PakhusError('CLI_USAGE', `${name} has no signing key: its clients check no signatures`, {
    hint: 'Ledger keys are another thing: `ledger:` in pakhus.yaml says which ones may commit.',
  });
}

/** @throws CLI_USAGE */
function oldOf(signers: readonly PublicSigner[], wanted: string | undefined): PublicSigner {
  const fingerprints = signers.map(({ fingerprint }) => fingerprint);
  const [first] = signers;
  if (wanted === undefined && signers.length === 1 && first !== undefined) return first;
  const found = signers.find(({ fingerprint }) => fingerprint === wanted?.toLowerCase());
  if (found !== undefined) return found;
  throw new PakhusError(
    'CLI_USAGE',
    wanted === undefined
      ? 'several keys sign this repository'
      : `the key ${wanted} does not sign this repository`,
    { hint: `Name the one to replace with --old: ${fingerprints.join(', ')}` },
  );
}

function asLaterStep(step: RotationStep): Exclude<RotationStep, 'announce'> {
  if (step === 'announce') throw new Error('announce needs a new key');
  return step;
}

function messageOf(step: RotationStep): string {
  return step === 'cancel' ? 'cancel the rotation of the signing key' : `rotate the signing key: ${step}`;
}

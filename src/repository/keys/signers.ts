/**
 * Signers over time. A key is replaced in three steps, so that no client ever meets only a signature that it does not know:
 *
 * ```
 *                old key              new key
 * announce       signs                announced: published, does not sign     clients that set up now know both
 * switch         signs, retiring      signs, arriving                         two signatures: either key is enough
 * retire         gone                 signs
 * ```
 * Where a file has one signature only, `switch` leaves it to the new key: who set up before `announce` has to take that key first.
 */
import { PakhusError } from '../../core/pakhus-error.ts';
import type { PublicSigner } from '../change/actions.ts';

/** A step of a rotation; `cancel` goes back to before `announce`. */
export type RotationStep = 'announce' | 'switch' | 'retire' | 'cancel';

/** Those whose signatures a revision needs. */
export function signingOnes(signers: readonly PublicSigner[]): readonly PublicSigner[] {
  return signers.filter(({ stage }) => stage !== 'announced');
}

/** The one that signs where a file has one signature only. */
export function singleSigner(signers: readonly PublicSigner[]): PublicSigner | undefined {
  const signing = signingOnes(signers);
  return signing.find(({ stage }) => stage === 'arriving') ?? signing[0];
}

/** True between `announce` and `retire`. */
export function isRotating(signers: readonly PublicSigner[]): boolean {
  return signers.some(({ stage }) => stage !== undefined);
}

/** The step that comes next. */
export function nextStep(signers: readonly PublicSigner[]): Exclude<RotationStep, 'cancel'> {
  if (!isRotating(signers)) return 'announce';
  return signers.some(({ stage }) => stage === 'announced') ? 'switch' : 'retire';
}

/** The signers after `announce`. @throws CLI_USAGE */
export function announced(
  signers: readonly PublicSigner[],
  rotation: { readonly old: string; readonly next: PublicSigner },
): readonly PublicSigner[] {
  const { old, next } = rotation;
  if (signers.some(({ fingerprint }) => fingerprint === next.fingerprint))
    throw usage(`the key ${next.fingerprint} signs already`, 'Name another one, or leave --key out.');
  const retired = signers.map((one) =>
    one.fingerprint === old ? { ...one, replacedBy: next.fingerprint } : one,
  );
  return [...retired, { ...next, stage: 'announced' }];
}

/** The signers after the other steps, for each of which the rotation must have come so far. @throws CLI_USAGE */
export function stepped(
  signers: readonly PublicSigner[],
  step: Exclude<RotationStep, 'announce'>,
): readonly PublicSigner[] {
  const next = nextStep(signers);
  if (step !== 'cancel' && step !== next)
    throw usage(`'${step}' is not the next step of a rotation, '${next}' is`, `Run it with --step ${next}.`);
  if (!isRotating(signers)) throw usage('no rotation is under way', 'It begins with --step announce.');
  switch (step) {
    case 'switch':
      return signers.map((one) => {
        if (one.stage === 'announced') return { ...one, stage: 'arriving' };
        return one.replacedBy === undefined ? one : { ...one, stage: 'retiring' };
      });
    case 'retire':
      return signers.filter(({ stage }) => stage !== 'retiring').map(settled);
    case 'cancel':
      return signers.filter(({ stage }) => stage === undefined || stage === 'retiring').map(settled);
  }
}

function settled({ fingerprint, publicKey }: PublicSigner): PublicSigner {
  return { fingerprint, publicKey };
}

function usage(message: string, hint: string): PakhusError {
  return new PakhusError('CLI_USAGE', message, { hint });
}

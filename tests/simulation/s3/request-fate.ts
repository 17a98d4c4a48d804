import type { Fault, FaultyCall } from '../../../src/storage/fault.ts';
import {
  CONFLICT,
  type FaultyRequest,
  INTERNAL_ERROR,
  type S3Fault,
  SLOW_DOWN,
  STORE_FULL,
} from '../../support/fake-s3/faults.ts';
import type { S3Operation } from '../../support/fake-s3/operation.ts';
import type { Dice } from '../world/dice.ts';

/** How faults of a store's calls look as faults of its requests. */

const CALLS: Partial<Record<S3Operation, FaultyCall['operation']>> = {
  CopyObject: 'copy',
  DeleteObject: 'delete',
  GetObject: 'read',
  HeadObject: 'stat',
  ListObjectsV2: 'list',
  PutObject: 'write',
};

/** The request as a call of a store. */
export function callOf({ operation, key, query, headers }: FaultyRequest, index: number): FaultyCall {
  const call = operation === undefined ? undefined : CALLS[operation];
  return {
    index,
    operation: call ?? 'write',
    key: call === 'list' ? (query.get('prefix') ?? '') : key,
    isConditional: headers['if-none-match'] !== undefined || headers['if-match'] !== undefined,
  };
}

/** @param lateMs How long a late request is on its way. */
export function requestFault(
  fault: Fault,
  { call, dice, lateMs }: { readonly call: FaultyCall; readonly dice: Dice; readonly lateMs: () => number },
): S3Fault | undefined {
  switch (fault.type) {
    case 'none':
      return undefined;
    case 'request-lost':
      return { type: 'request-lost' };
    case 'answer-lost':
      return call.operation === 'read' && dice.chance(0.5)
        ? { type: 'cut-answer', afterBytes: dice.below(50) }
        : { type: 'answer-lost' };
    case 'late':
      return CHANGING.has(call.operation) ? { type: 'late', after: lateMs() } : { type: 'request-lost' };
    case 'death':
      return { type: fault.applied ? 'answer-lost' : 'request-lost' };
    case 'error':
      return errorFault(fault, call, dice);
  }
}

const CHANGING: ReadonlySet<FaultyCall['operation']> = new Set(['write', 'copy', 'delete']);

function errorFault(
  { code }: Extract<Fault, { readonly type: 'error' }>,
  { operation, isConditional }: FaultyCall,
  dice: Dice,
): S3Fault {
  if (code === 'STORE_PERMISSION') return { type: 'error', status: 403, code: 'AccessDenied' };
  if (code === 'STORE_FULL' && CHANGING.has(operation)) return STORE_FULL;
  if (isConditional && dice.chance(0.5)) return CONFLICT;
  if (operation === 'copy' && dice.chance(0.5)) return { type: 'error-in-200', code: 'InternalError' };
  return dice.pick([SLOW_DOWN, INTERNAL_ERROR]);
}

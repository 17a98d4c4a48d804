/** What kinds of stores make of conditions. */

/** kept: looked at, atomically. ignored: the request goes through as if it were not there. refused: 501. */
type Keeping = 'kept' | 'ignored' | 'refused';

export interface Conditions {
  readonly ifNoneMatch: Keeping;
  readonly ifMatch: Keeping;
}

export interface Semantics {
  readonly put: Conditions;
  readonly complete: Conditions;
  /** On the destination of a copy. */
  readonly copy: Conditions;
  readonly delete: Conditions;
  /** `x-amz-copy-source-if-…` */
  readonly copySource: 'kept' | 'ignored';
  /** bare: a quoted etag in `If-Match` matches nothing. */
  readonly etagForm: 'any' | 'bare';
  /** The answer to `If-Match` where there is no object. */
  readonly absentStatus: 404 | 412;
  /** What losers are told whose request overlapped the winner's, by turns. */
  readonly overlapped: readonly (409 | 412 | 500)[];
}

/**
 * honest: AWS. ceph: Ceph RGW 16 to 18. create-only: GCS through its S3 interface. none: Swift, B2. liar: s3rver.
 */
export type FakeS3Mode = 'honest' | 'ceph' | 'create-only' | 'none' | 'liar';

const KEPT: Conditions = { ifNoneMatch: 'kept', ifMatch: 'kept' };
const IGNORED: Conditions = { ifNoneMatch: 'ignored', ifMatch: 'ignored' };
const REFUSED: Conditions = { ifNoneMatch: 'refused', ifMatch: 'refused' };

const HONEST: Semantics = {
  put: KEPT,
  complete: KEPT,
  copy: KEPT,
  delete: KEPT,
  copySource: 'kept',
  etagForm: 'any',
  absentStatus: 404,
  overlapped: [409, 412],
};

export const SEMANTICS: Readonly<Record<FakeS3Mode, Semantics>> = {
  honest: HONEST,
  ceph: {
    put: KEPT,
    complete: IGNORED,
    copy: IGNORED,
    delete: IGNORED,
    copySource: 'ignored',
    etagForm: 'bare',
    absentStatus: 412,
    overlapped: [412, 500],
  },
  'create-only': {
    ...HONEST,
    put: { ifNoneMatch: 'kept', ifMatch: 'refused' },
    complete: REFUSED,
    copy: REFUSED,
    delete: REFUSED,
    overlapped: [412],
  },
  none: { ...HONEST, put: REFUSED, complete: REFUSED, copy: REFUSED },
  liar: {
    ...HONEST,
    put: IGNORED,
    complete: IGNORED,
    copy: IGNORED,
    delete: IGNORED,
    copySource: 'ignored',
  },
};

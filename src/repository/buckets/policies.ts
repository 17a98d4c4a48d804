/**
 * Who may do what in the buckets of a store, in the policy language of AWS IAM. Pure.
 *
 * ```
 *               log, published, store.json    inbox/NAME/    blobs, the rest of the state    public tree
 * committer     reads, writes                 all            all                             all
 *   (the log: creates, and never deletes)
 * proposer      reads                         creates        nothing                         reads
 * reader        nothing                       nothing        nothing                         reads
 * ```
 * Committers and proposers are users or roles: their policies name what they may do. Readers are everybody: theirs is the bucket's own.
 */
import { sha256Hex } from '../../core/digest.ts';
import type { S3Location } from '../../storage/s3/location.ts';
import { type BucketFolder, type BucketPlaces, isSameBucket } from './places.ts';

/** A policy document. */
export interface Policy {
  readonly Version: '2012-10-17';
  readonly Statement: readonly Statement[];
}

export interface Statement {
  readonly Sid: string;
  readonly Effect: 'Allow' | 'Deny';
  readonly Principal?: '*';
  readonly Action: readonly string[];
  readonly Resource?: readonly string[];
  readonly NotResource?: readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

/** What is known of a repository here. */
interface Folder {
  readonly name: string;
  /** Below the store; empty: the store itself. */
  readonly path: string;
}

/** Objects at the top of a store. */
const TOP_FILES = ['index.html', 'setup.sh', 'keys/*'];

export function committerPolicy({ store, state }: BucketPlaces): Policy {
  const folders = onlyOuter([store, state]);
  return policy([
    {
      // Of all names: under a condition on them, what is not there would be denied instead of absent.
      ...allow('PakhusList', ['s3:ListBucket']),
      Resource: [...new Set(folders.map(({ location }) => arn(location)))],
    },
    {
      ...allow('PakhusWrite', ['s3:GetObject', 's3:PutObject', 's3:DeleteObject', 's3:AbortMultipartUpload']),
      Resource: folders.map(keysOf),
    },
    ...aclStatements(folders.filter(({ location }) => location.acl !== undefined).map(keysOf)),
    ...(state === undefined ? [] : logStatements(state)),
  ]);
}

/** Records of the log are created, and stay. */
function logStatements({ location, start }: BucketFolder): readonly Statement[] {
  const Resource = [arn(location, `${literal(start)}*/log/*`)];
  const keep: Statement = { ...deny('PakhusKeepLog', ['s3:DeleteObject']), Resource };
  if (!location.isAws) return [keep];
  const overwrite: Statement = {
    ...deny('PakhusNeverOverwriteLog', ['s3:PutObject']),
    Resource,
    Condition: { Null: { 's3:if-none-match': 'true' } },
  };
  return [keep, overwrite];
}

/** @param repositories Those to which the proposer may propose. */
export function proposerPolicy(
  { store, state }: BucketPlaces,
  { name, repositories }: { readonly name: string; readonly repositories: readonly Folder[] },
): Policy {
  const folders = store === undefined ? [] : repositories.filter(({ path }) => path !== '');
  return policy([
    ...(state === undefined ? [] : inboxStatements(state, { name, repositories })),
    ...(store === undefined || folders.length === 0
      ? []
      : [
          {
            ...allow('PakhusReadPublic', ['s3:GetObject']),
            Resource: folders.map(({ path }) => arn(store.location, `${literal(`${store.start}${path}/`)}*`)),
          },
        ]),
  ]);
}

function inboxStatements(
  { location, start }: BucketFolder,
  { name, repositories }: { readonly name: string; readonly repositories: readonly Folder[] },
): readonly Statement[] {
  // Each by its name: a `*` in front of inbox/NAME/ would also stand for a part of somebody else's inbox.
  const ledgers = repositories.map((repository) => literal(`${start}${repository.name}/`));
  const inboxes = ledgers.map((ledger) => `${ledger}inbox/${literal(name)}/*`);
  const logs = ledgers.map((ledger) => `${ledger}log/*`);
  const all = (keys: readonly string[]): readonly string[] => keys.map((key) => arn(location, key));
  const create = allow('PakhusPropose', ['s3:PutObject']);
  return [
    {
      ...allow('PakhusList', ['s3:ListBucket']),
      Resource: [arn(location)],
      ...prefixes([...logs, ...inboxes]),
    },
    {
      ...allow('PakhusReadLog', ['s3:GetObject']),
      Resource: all([
        `${literal(start)}store.json`,
        ...logs,
        ...ledgers.map((ledger) => `${ledger}published`),
        ...inboxes,
      ]),
    },
    ...(location.isAws
      ? [
          { ...create, Resource: all(inboxes), Condition: { Null: { 's3:if-none-match': 'false' } } },
          // The steps before the last one of an upload in parts, which take no conditions.
          {
            ...allow('PakhusProposeParts', ['s3:PutObject']),
            Resource: all(inboxes),
            Condition: { Bool: { 's3:ObjectCreationOperation': 'false' } },
          },
        ]
      : [{ ...create, Resource: all(inboxes) }]),
    ...aclStatements(location.acl === undefined ? [] : all(inboxes)),
    { ...allow('PakhusGiveUpParts', ['s3:AbortMultipartUpload']), Resource: all(inboxes) },
  ];
}

/**
 * For the bucket of the public tree: everybody reads all of it but the state. Whoever may list a bucket gets 404 for what is not there,
 * anybody else 403; a list would also tell the names in the state, so it is allowed only where the state lies elsewhere.
 */
export function readerPolicy(
  { store, state }: { readonly store: BucketFolder; readonly state: BucketFolder | undefined },
  repositories: readonly Folder[],
): Policy {
  const { location, start } = store;
  const isInside = state !== undefined && isSameBucket(state.location, location);
  const hasState = isInside && (state.start.startsWith(start) || start.startsWith(state.start));
  // Of each store in the bucket.
  const id = start === '' ? '' : sha256Hex(start).slice(0, 8);
  const read = { ...allow(`PakhusRead${id}`, ['s3:GetObject']), Principal: '*' } as const;
  const list = { ...allow('PakhusList', ['s3:ListBucket']), Principal: '*' } as const;
  const listing: readonly Statement[] =
    isInside || start !== '' ? [] : [{ ...list, Resource: [arn(location)] }];
  if (!hasState) return policy([{ ...read, Resource: [arn(location, `${literal(start)}*`)] }, ...listing]);
  if (start === '')
    return policy([{ ...read, NotResource: [arn(location, `${literal(state.start)}*`)] }, ...listing]);
  const paths = [...TOP_FILES, ...repositories.map(({ path }) => `${path}/*`)];
  return policy([
    { ...read, Resource: paths.map((path) => arn(location, `${literal(start)}${path}`)) },
    ...listing,
  ]);
}

/** Who sends an ACL with an object needs one right more. */
function aclStatements(Resource: readonly string[]): readonly Statement[] {
  return Resource.length === 0 ? [] : [{ ...allow('PakhusAcl', ['s3:PutObjectAcl']), Resource }];
}

function keysOf({ location, start }: BucketFolder): string {
  return arn(location, `${literal(start)}*`);
}

function policy(Statement: readonly Statement[]): Policy {
  return { Version: '2012-10-17', Statement };
}

function allow(Sid: string, Action: readonly string[]) {
  return { Sid, Effect: 'Allow', Action } as const;
}

function deny(Sid: string, Action: readonly string[]) {
  return { Sid, Effect: 'Deny', Action } as const;
}

function prefixes(patterns: readonly string[]): Pick<Statement, 'Condition'> {
  return { Condition: { StringLike: { 's3:prefix': patterns } } };
}

function arn({ bucket, endpoint }: S3Location, key?: string): string {
  const partition = endpoint?.endsWith('.amazonaws.com.cn') === true ? 'aws-cn' : 'aws';
  return `arn:${partition}:s3:::${bucket}${key === undefined ? '' : `/${key}`}`;
}

/** What stands for itself in a pattern. */
function literal(text: string): string {
  return text.replaceAll(/[*?$]/g, (character) => `\${${character}}`);
}

/** Without a folder that lies in the other one. */
function onlyOuter(folders: readonly (BucketFolder | undefined)[]): readonly BucketFolder[] {
  const found = folders.filter((folder) => folder !== undefined);
  return found.filter(
    (one) =>
      !found.some(
        (other) =>
          other !== one &&
          isSameBucket(other.location, one.location) &&
          one.start.startsWith(other.start) &&
          (one.start !== other.start || found.indexOf(other) < found.indexOf(one)),
      ),
  );
}

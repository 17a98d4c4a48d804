/**
 * A bucket as somebody sees it who has no credentials, and asks it without anything in front: what clients need is there, and nothing
 * else.
 */

import { hasCode } from '../../core/pakhus-error.ts';
import type { CallOptions, Storage } from '../../storage/storage.ts';
import type { UrlReader } from '../../upstream/url-reader.ts';
import { PACKAGE_HEADERS } from '../ingest/store-package.ts';
import { type Fetched, fetchFile } from '../live/fetched.ts';
import { addressOf } from '../live/site.ts';
import { findTail } from '../read-repository.ts';
import type { Repository } from '../repository.ts';
import { bad, type Diagnosis, good, warning } from './diagnosis.ts';

/** For a moment in the folder of a repository; always the same names, so that one which was left is overwritten the next time. */
const PROBE = 'pakhus-check/a+b.txt';
const ABSENT = 'pakhus-check/absent';
const LIMIT_BYTES = 64 * 1024 * 1024;

export interface AccessCheck {
  /** Of the store in the bucket, and of the bucket itself, without a final slash. */
  readonly url: string;
  readonly bucketUrl: string;
  /** Clients go through `url:` of pakhus.yaml, which is another one. */
  readonly isBehind: boolean;
  /** An object of the state that is there; undefined: the state is in no bucket. */
  readonly stateUrl: string | undefined;
  /** The state lies in this bucket, so that a list of it tells names. */
  readonly namesState: boolean;
  readonly read: UrlReader;
}

/** @param repository One that was published. */
export async function checkAccess(
  repository: Repository,
  { url, bucketUrl, isBehind, stateUrl, namesState, read }: AccessCheck,
  call: CallOptions,
): Promise<readonly Diagnosis[]> {
  const check = `anonymous ${url}`;
  const tail = await findTail(repository, call);
  // The last one that is written, and so one that clients begin with.
  const pointer = tail?.revision.manifest.pointers.at(-1);
  if (pointer === undefined) return [];
  const get = (address: string): Promise<Fetched> =>
    fetchFile(read, address, { ...call, limitBytes: LIMIT_BYTES, keep: false });
  const site = { url: repository.path === '' ? url : `${url}/${repository.path}` };
  const entry = await get(addressOf(site, pointer.path));
  if (entry.failure !== undefined)
    return [
      bad(check, entry.failure.message, entry.failure.hint ?? 'Check the endpoint.', 'store-unreachable'),
    ];
  const found = [
    ...(stateUrl === undefined ? [] : await checkState(check, { address: stateUrl, get })),
    ...(namesState ? await checkListing(check, { address: `${bucketUrl}?list-type=2&max-keys=1`, get }) : []),
  ];
  if (entry.status !== 200) return [...found, notPublic(check, { isBehind, status: entry.status })];
  found.push(
    ...(await checkAbsent(check, { address: addressOf(site, ABSENT), get, namesState })),
    ...(await checkProbe(check, { tree: repository.tree, site, get }, call)),
  );
  return found.some(({ verdict }) => verdict !== 'good')
    ? found
    : [good(check, 'gives clients what they need, and nobody the state')];
}

type Get = (address: string) => Promise<Fetched>;

function notPublic(
  check: string,
  { isBehind, status }: { readonly isBehind: boolean; readonly status: number },
): Diagnosis {
  if (isBehind) return good(check, `is closed (${status}); clients go through \`url:\``);
  return bad(
    check,
    `clients are turned away (${status})`,
    'Run `pakhus store create`, which lets everybody read all but the state, or set `url:` to the CDN in front of it.',
    'store-not-public',
  );
}

async function checkState(
  check: string,
  { address, get }: { readonly address: string; readonly get: Get },
): Promise<readonly Diagnosis[]> {
  const { status } = await get(address);
  if (status !== 200) return [];
  return [
    bad(
      check,
      `anybody reads the state: ${address}`,
      'Run `pakhus store create`, which leaves it out of what is public, or move it to a bucket of its own (`state:`).',
      'store-state-public',
    ),
  ];
}

async function checkListing(
  check: string,
  { address, get }: { readonly address: string; readonly get: Get },
): Promise<readonly Diagnosis[]> {
  const { status } = await get(address);
  if (status !== 200) return [];
  return [
    warning(
      check,
      'anybody may list it, and so reads the names in the state, those of proposed files among them',
      'Take s3:ListBucket for everybody out of the policy, or move the state to a bucket of its own (`state:`).',
      'store-list-public',
    ),
  ];
}

async function checkAbsent(
  check: string,
  { address, namesState, get }: { readonly address: string; readonly namesState: boolean; readonly get: Get },
): Promise<readonly Diagnosis[]> {
  const { status } = await get(address);
  if (status === 404) return [];
  // Where the state lies in the bucket, a list would tell its names: the lesser evil.
  if (status === 403 && namesState) return [];
  return [
    warning(
      check,
      `what is not there is answered with ${status}, not with 404: clients take it for a failure`,
      'Allow s3:ListBucket for everybody: `pakhus store policy --role reader` has it where the state lies elsewhere.',
      'store-absent',
    ),
  ];
}

/** A file with `+` in its name, as a package would be stored. */
async function checkProbe(
  check: string,
  { tree, site, get }: { readonly tree: Storage; readonly site: { readonly url: string }; readonly get: Get },
  call: CallOptions,
): Promise<readonly Diagnosis[]> {
  try {
    await tree.write(PROBE, Buffer.from('pakhus\n'), { ...call, ...PACKAGE_HEADERS });
  } catch (error) {
    // Another finding tells.
    if (hasCode(error, 'STORE_UNSAFE')) return [];
    throw error;
  }
  try {
    const encoded = await get(addressOf(site, PROBE));
    const plain = await get(`${site.url}/${PROBE}`);
    return [
      ...(encoded.status === 200 && plain.status === 200 ? [] : [plusLost(check, { encoded, plain })]),
      ...(encoded.status === 200 ? checkHeaders(check, encoded) : []),
    ];
  } finally {
    await tree.delete(PROBE, call);
  }
}

function plusLost(
  check: string,
  { encoded, plain }: { readonly encoded: Fetched; readonly plain: Fetched },
): Diagnosis {
  const wrong = encoded.status === 200 ? plain : encoded;
  const how = encoded.status === 200 ? 'as it is' : 'as %2b';
  return bad(
    check,
    `files with + in their names are not found (${wrong.status}) by clients that send it ${how}`,
    'Add `plus=twin` to `store:` in pakhus.yaml, and publish these packages again.',
    'store-plus',
  );
}

function checkHeaders(check: string, { headers }: Fetched): readonly Diagnosis[] {
  const wrong = [
    ...(headers['cache-control'] === PACKAGE_HEADERS.cacheControl ? [] : ['Cache-Control']),
    ...(headers['content-type'] === PACKAGE_HEADERS.contentType ? [] : ['Content-Type']),
    ...(headers['content-encoding'] === undefined ? [] : ['Content-Encoding']),
  ];
  if (wrong.length === 0) return [];
  return [
    warning(
      check,
      `it does not give back what files were stored with: ${wrong.join(', ')}`,
      'Look for rules of the bucket or of a proxy that set headers; caches may give old files, or apt changed ones.',
      'store-headers',
    ),
  ];
}

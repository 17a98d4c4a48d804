/**
 * Fetching many files from servers of others: everything that `UrlReader` has to offer, put together.
 *
 * ```
 * createUrlReader ─▶ counted ─▶ withCredentials ─▶ withLimits ─▶ withRetries ─▶ read
 *                                                  a connection is free while a retry waits
 * ```
 */
import { readdir, readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '../core/clock.ts';
import { type Credentials, firstOf, parseNetrc, withCredentials } from './credentials.ts';
import { type Limits, withLimits } from './limits.ts';
import { type RetryOptions, withRetries } from './retry.ts';
import { createUrlReader, type UrlReader } from './url-reader.ts';

/** What was asked for so far. */
export interface FetchCounts {
  readonly requests: number;
  /** Requests made again, and downloads taken up again. */
  readonly retries: number;
  /** Of bodies. */
  readonly bytes: number;
}

export interface Fetcher {
  readonly read: UrlReader;
  /** For `download` and `fetchBytes`. */
  readonly retries: RetryOptions;
  counts(): FetchCounts;
}

export interface FetcherOptions {
  readonly limits: Limits;
  readonly credentials: Credentials;
  readonly clock: Clock;
  readonly random: () => number;
  /** Names the proxies. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Default: of this machine. */
  readonly read?: UrlReader;
}

export function createFetcher(options: FetcherOptions): Fetcher {
  const { limits, credentials, clock, random, env, read = createUrlReader({ env }) } = options;
  const counts = { requests: 0, retries: 0, bytes: 0 };
  const counted: UrlReader = async (request) => {
    counts.requests += 1;
    const answer = await read(request);
    return { ...answer, body: countedBody(answer.body, counts) };
  };
  const onRetry = (): void => {
    counts.retries += 1;
  };
  const retries = { clock, random, onRetry };
  const polite = withLimits(withCredentials(counted, credentials), limits, clock);
  return { read: withRetries(polite, retries), retries, counts: () => ({ ...counts }) };
}

async function* countedBody(
  body: AsyncIterable<Uint8Array>,
  counts: { bytes: number },
): AsyncGenerator<Uint8Array> {
  for await (const chunk of body) {
    counts.bytes += chunk.length;
    yield chunk;
  }
}

/** Where apt has its own. */
const APT_FILE = '/etc/apt/auth.conf';
const APT_FOLDER = '/etc/apt/auth.conf.d';

/** Of this user and machine: NETRC or ~/.netrc, then those of apt. Files that are not there, or not ours to read, know nobody. */
export async function readCredentials(
  env: Readonly<Record<string, string | undefined>>,
): Promise<Credentials> {
  const own = env['NETRC'] || join(env['HOME'] || homedir(), '.netrc');
  const parts = (await orNothing(readdir(APT_FOLDER))) ?? [];
  const ofApt = parts.filter((name) => name.endsWith('.conf')).sort();
  const known: Credentials[] = [];
  for (const path of [own, APT_FILE, ...ofApt.map((name) => join(APT_FOLDER, name))]) {
    const text = await orNothing(readFile(path, 'utf8'));
    if (text !== undefined) known.push(parseNetrc(text, { anyScheme: path === own }));
  }
  return firstOf(known);
}

async function orNothing<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT' || code === 'EACCES' || code === 'ENOTDIR' || code === 'EISDIR') return undefined;
    throw error;
  }
}

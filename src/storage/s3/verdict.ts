/** What the probe found, kept in the store: whoever comes next, with an empty disk, asks for one object instead of trying again. */

import { text } from 'node:stream/consumers';
import { hasCode, PakhusError } from '../../core/pakhus-error.ts';
import { arrayOf, text as asText, field, isRecord } from '../../core/shape.ts';
import type { CallOptions } from '../storage.ts';
import type { Connection } from './client.ts';
import { type Conditions, noConditions } from './conditions.ts';
import { readObject } from './read.ts';
import { answerOf } from './s3-error.ts';
import { makeUpload } from './write.ts';

const LIMIT_BYTES = 16_384;
const GOOD_FOR_MS = 30 * 24 * 3600 * 1000;
/** Addresses of one store whose verdicts are kept: some reach it from inside and from outside. */
const MOST = 8;

interface Verdict extends Subject {
  readonly date: string;
  readonly conditions: Conditions;
}

/** What a verdict is about: another store, another program behind its address, another verdict. */
interface Subject {
  readonly endpoint: string;
  readonly bucket: string;
  readonly server: string;
}

/**
 * The verdict on this store; undefined: there is none, it is older than 30 days, or about something else.
 * Also when this user may not read it. `anyAge`: for those who cannot try it themselves, an old one is better than none. @throws STORE_NOT_FOUND, STORE_PERMISSION for wrong credentials, STORE_UNAVAILABLE
 */
export async function readVerdict(
  connection: Connection,
  key: string,
  { anyAge = false, ...call }: CallOptions & { readonly anyAge?: boolean },
): Promise<Conditions | undefined> {
  const found = (await readVerdicts(connection, key, call)).find((verdict) =>
    isAbout(verdict, subjectOf(connection)),
  );
  if (found === undefined) return undefined;
  const ageMs = connection.now() - Date.parse(found.date);
  return anyAge || ageMs < GOOD_FOR_MS ? found.conditions : undefined;
}

/** All that are kept; none where they cannot be read. */
async function readVerdicts(
  connection: Connection,
  key: string,
  call: CallOptions,
): Promise<readonly Verdict[]> {
  try {
    const { body } = await readObject(connection, key, {
      ...call,
      range: { offset: 0, length: LIMIT_BYTES },
    });
    return field(JSON.parse(await text(body)), 'verdicts', arrayOf(verdict));
  } catch (error) {
    if (hasCode(error, 'STORE_OBJECT_NOT_FOUND')) return [];
    if (isDenied(error) || error instanceof SyntaxError || error instanceof TypeError) return [];
    throw error;
  }
}

function isAbout(verdict: Subject, { endpoint, bucket, server }: Subject): boolean {
  return verdict.endpoint === endpoint && verdict.bucket === bucket && verdict.server === server;
}

/** Keeps a verdict beside those on other addresses of the store. Whoever may not write it tries again the next time. */
export async function writeVerdict(
  connection: Connection,
  { key, conditions }: { readonly key: string; readonly conditions: Conditions },
  call: CallOptions,
): Promise<void> {
  const subject = subjectOf(connection);
  const date = new Date(connection.now()).toISOString();
  const others = (await readVerdicts(connection, key, call)).filter(
    ({ endpoint, bucket }) => endpoint !== subject.endpoint || bucket !== subject.bucket,
  );
  const verdicts = [{ date, ...subject, conditions }, ...others].slice(0, MOST);
  const json = `${JSON.stringify({ verdicts }, undefined, 2)}\n`;
  try {
    await makeUpload(connection, {
      key,
      body: Buffer.from(json),
      options: { ...call, contentType: 'application/json' },
      acl: undefined,
      conditions: noConditions('a verdict needs none'),
    });
  } catch (error) {
    if (!isDenied(error)) throw error;
  }
}

/** A right is missing, and nothing is wrong with the credentials. */
function isDenied(error: unknown): boolean {
  return error instanceof PakhusError && answerOf(error.cause)?.code === 'AccessDenied';
}

function subjectOf(connection: Connection): Subject {
  const { endpoint = 'aws', bucket } = connection.location;
  return { endpoint, bucket, server: connection.server() };
}

function verdict(value: unknown): Verdict {
  const found = field(value, 'conditions', (conditions) => conditions);
  return {
    date: field(value, 'date', asText),
    endpoint: field(value, 'endpoint', asText),
    bucket: field(value, 'bucket', asText),
    server: field(value, 'server', asText),
    conditions: {
      createIfAbsent: isTrue(found, 'createIfAbsent'),
      ifMatch: field(found, 'ifMatch', style),
      copies: isTrue(found, 'copies'),
      uploads: isTrue(found, 'uploads'),
      ...(isRecord(found) && typeof found['lack'] === 'string' && { lack: found['lack'] }),
    },
  };
}

function isTrue(value: unknown, name: string): boolean {
  return isRecord(value) && value[name] === true;
}

function style(value: unknown): Conditions['ifMatch'] {
  if (value === 'quoted' || value === 'bare' || value === 'none') return value;
  throw new TypeError('is no style of etags');
}

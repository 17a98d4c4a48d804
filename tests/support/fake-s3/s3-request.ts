import type { IncomingMessage } from 'node:http';
import { S3Error } from './s3-error.ts';

/** A request as its first line and headers say it, path style: `/bucket/key?query`. */
export interface S3Head {
  readonly method: string;
  /** Empty: the service itself. */
  readonly bucket: string;
  /** Empty: the bucket itself. */
  readonly key: string;
  /** As it was sent, still encoded, without the query. */
  readonly rawPath: string;
  /** As it was sent, without the question mark. */
  readonly rawQuery: string;
  readonly query: ReadonlyMap<string, string>;
  /** Under lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
}

export interface S3Request extends S3Head {
  readonly body: Buffer;
}

/** What is sent back. */
export interface S3Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string | undefined>>;
  readonly body?: Buffer;
}

/**
 * Undefined: the path cannot be decoded.
 * @param plusIsSpace A literal `+` in a path means a space, as on AWS.
 */
export function readHead(message: IncomingMessage, plusIsSpace: boolean): S3Head | undefined {
  const [rawPath = '/', rawQuery = ''] = splitOnce(message.url ?? '/', '?');
  const [bucket = '', key = ''] = splitOnce(rawPath.slice(1), '/');
  const decoded = decode(plusIsSpace ? key.replaceAll('+', ' ') : key);
  if (decoded === undefined) return undefined;
  const headers = Object.fromEntries(
    Object.entries(message.headers).map(([name, value]) => [name, String(value)]),
  );
  return {
    method: message.method ?? '',
    bucket,
    key: decoded,
    rawPath,
    rawQuery,
    query: new Map(new URLSearchParams(rawQuery)),
    headers,
  };
}

/** The whole body. An abandoned request fails with the connection's own error. */
export async function readBody(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** `x-amz-copy-source`: `/bucket/key`, encoded; the slash in front may be missing. */
export function readCopySource({ headers }: S3Head): { readonly bucket: string; readonly key: string } {
  const [bucket = '', key = ''] = splitOnce((headers['x-amz-copy-source'] ?? '').replace(/^\//, ''), '/');
  const decoded = decode(key);
  if (decoded === undefined) throw new S3Error(400, 'InvalidArgument', { message: 'x-amz-copy-source' });
  return { bucket, key: decoded };
}

function splitOnce(text: string, separator: string): string[] {
  const at = text.indexOf(separator);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch (cause) {
    if (!(cause instanceof URIError)) throw cause;
    return undefined;
  }
}

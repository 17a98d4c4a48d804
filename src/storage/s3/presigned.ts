/** Requests whose signature is in their URL, which the SDK makes but does not send. */
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { text } from 'node:stream/consumers';
import { type Connection, type Handling, IDLE_MS } from './client.ts';

/** A refusal, in the form of the SDK's errors. */
export interface Refusal extends Error {
  readonly $metadata: { readonly httpStatusCode: number };
}

export interface PresignedAnswer {
  /** By the store's clock. */
  readonly dateMs: number | undefined;
  /** Undefined: it was done. */
  readonly error: Refusal | undefined;
}

/** Absent objects count as done. Errors: the network's own. */
export async function sendPresigned(
  { agents }: Connection,
  method: 'DELETE',
  { url, abortSignal }: Handling & { readonly url: string },
): Promise<PresignedAnswer> {
  const isTls = url.startsWith('https:');
  const options = { method, ...(abortSignal && { signal: abortSignal }) };
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const asked = isTls
      ? httpsRequest(url, { ...options, agent: agents.https }, resolve)
      : httpRequest(url, { ...options, agent: agents.http }, resolve);
    asked.setTimeout(IDLE_MS, () => asked.destroy(timedOut()));
    asked.on('error', reject);
    asked.end();
  });
  const body = await text(response);
  const status = response.statusCode ?? 0;
  const dateMs = Date.parse(response.headers.date ?? '');
  return {
    dateMs: Number.isNaN(dateMs) ? undefined : dateMs,
    error: isDone(status, body) ? undefined : refusal(status, body),
  };
}

function isDone(status: number, body: string): boolean {
  return (status >= 200 && status < 300) || (status === 404 && !body.includes('NoSuchBucket'));
}

function refusal(status: number, body: string): Refusal {
  const code = /<Code>(\w+)<\/Code>/.exec(body)?.[1] ?? `Status${status}`;
  const message = /<Message>([^<]*)<\/Message>/.exec(body)?.[1] ?? '';
  return Object.assign(new Error(message), { name: code, $metadata: { httpStatusCode: status } });
}

function timedOut(): Error {
  return Object.assign(new Error('timed out'), { code: 'ETIMEDOUT' });
}

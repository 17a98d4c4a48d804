import type { IncomingMessage, ServerResponse } from 'node:http';
import type { DecideS3Fault, S3Fault } from './faults.ts';
import { type Handler, refusal } from './handler.ts';
import type { Lateness } from './lateness.ts';
import type { OpenEntry } from './request-log.ts';
import { S3Error } from './s3-error.ts';
import { readBody, type S3Answer, type S3Head, type S3Request } from './s3-request.ts';

/** A request on its connection, from its first line to the last byte of the answer, or to the cut. */
export interface Exchange {
  readonly head: S3Head;
  readonly message: IncomingMessage;
  readonly response: ServerResponse;
  readonly entry: OpenEntry;
  readonly index: number;
}

export interface Conversation {
  readonly handler: Handler;
  readonly decide: DecideS3Fault | undefined;
  readonly lateness: Lateness;
}

/** Fails only when the client hung up. */
export async function converse(
  exchange: Exchange,
  { handler, decide, lateness }: Conversation,
): Promise<void> {
  const { head, message, entry, index } = exchange;
  const arrivedAt = handler.arrive(head);
  const { operation } = entry;
  const fault = await decide?.({ ...head, operation, index });
  entry.fault = fault?.type;
  if (fault?.type === 'cut-request') return cutWithin(exchange, fault.afterBytes);
  const body = await readBody(message);
  entry.bytesIn = body.length;
  if (fault?.type === 'delay') await new Promise((resolve) => setTimeout(resolve, fault.ms));
  // Everything that is on its way at this moment has arrived before anything is applied.
  await new Promise(setImmediate);
  if (fault?.type === 'request-lost') return cut(exchange);
  const request = { ...head, body };
  if (fault?.type === 'late') {
    lateness.add(() => handler.handle(request, handler.arrive(head)), fault.after);
    return cut(exchange);
  }
  const answer = injected(fault, request) ?? handler.handle(request, arrivedAt);
  lateness.pass();
  if (fault?.type === 'answer-lost') return cut(exchange);
  entry.code = answer.code;
  await send(exchange, answer, { fault, nowMs: handler.now() });
}

type Coded = S3Answer & { readonly code?: string };

function injected(fault: S3Fault | undefined, request: S3Request): Coded | undefined {
  if (fault?.type === 'error') return refusal(new S3Error(fault.status, fault.code), request);
  if (fault?.type !== 'error-in-200') return undefined;
  return { ...refusal(new S3Error(500, fault.code), request), status: 200 };
}

async function send(
  exchange: Exchange,
  { status, headers = {}, body = Buffer.alloc(0) }: S3Answer,
  { fault, nowMs }: { readonly fault: S3Fault | undefined; readonly nowMs: number },
): Promise<void> {
  const { head, response, entry } = exchange;
  response.sendDate = false;
  response.statusCode = status;
  const isXml = body.subarray(0, 5).toString() === '<?xml';
  const all = { 'content-type': isXml ? 'application/xml' : undefined, ...headers };
  for (const [name, value] of Object.entries({ ...all, server: 'FakeS3', 'x-amz-request-id': '0' }))
    if (value !== undefined) response.setHeader(name, value);
  response.setHeader('date', new Date(nowMs).toUTCString());
  if (status !== 204 && status !== 304) response.setHeader('content-length', body.length);
  const sent = head.method === 'HEAD' ? Buffer.alloc(0) : body;
  if (fault?.type === 'cut-answer' && fault.afterBytes < sent.length) {
    entry.bytesOut = fault.afterBytes;
    await new Promise((resolve) => response.write(sent.subarray(0, fault.afterBytes), resolve));
    return cut(exchange);
  }
  await new Promise<void>((resolve) => {
    response.on('close', resolve);
    response.end(sent);
  });
  if (!response.writableFinished) return;
  entry.status = status;
  entry.bytesOut = sent.length;
}

async function cutWithin(exchange: Exchange, afterBytes: number): Promise<void> {
  for await (const chunk of exchange.message.iterator({ destroyOnReturn: false })) {
    exchange.entry.bytesIn += chunk.length;
    if (exchange.entry.bytesIn >= afterBytes) break;
  }
  cut(exchange);
}

function cut({ message }: Exchange): void {
  message.socket.resetAndDestroy();
}

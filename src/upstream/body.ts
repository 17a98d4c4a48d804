import { failed, networkError } from './network-error.ts';

/** Gives the bytes of `source`, at most `limitBytes` of them. @throws NETWORK_FAILED, or the signal's reason */
export async function* readWithin(
  source: AsyncIterable<Uint8Array>,
  at: { readonly url: string; readonly limitBytes: number; readonly signal?: AbortSignal | undefined },
): AsyncGenerator<Uint8Array> {
  let sizeBytes = 0;
  try {
    for await (const chunk of source) {
      sizeBytes += chunk.length;
      if (sizeBytes > at.limitBytes) break;
      yield chunk;
    }
  } catch (error) {
    at.signal?.throwIfAborted();
    throw networkError(at.url, error);
  }
  if (sizeBytes <= at.limitBytes) return;
  throw failed(at.url, {
    reason: 'too-large',
    why: `the answer has more than ${at.limitBytes} bytes`,
    hint: 'This is not the file that belongs there.',
  });
}

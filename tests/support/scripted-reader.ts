import { networkError } from '../../src/upstream/network-error.ts';
import type { UrlReader, UrlRequest } from '../../src/upstream/url-reader.ts';

/** What a server does with one request: an error that Node would give, or an answer. */
export type Scripted =
  | { readonly error: string }
  | {
      /** Default 200. */
      readonly status?: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly pieces?: readonly (string | Uint8Array)[];
      /** Code of the error that ends the body after its pieces. */
      readonly breaks?: string;
    };

export interface ScriptedReader {
  readonly read: UrlReader;
  readonly requests: UrlRequest[];
  /** Answers that nobody read. */
  readonly discarded: () => number;
}

/** Answers the requests one after the other; a request too many is an error of the test. */
export function scriptedReader(
  script: readonly Scripted[],
  onPiece: () => void = () => undefined,
): ScriptedReader {
  const requests: UrlRequest[] = [];
  let discarded = 0;
  return {
    requests,
    discarded: () => discarded,
    read: async (request) => {
      const step = script[requests.length];
      requests.push(request);
      if (step === undefined) throw new Error(`nothing is scripted for request ${requests.length}`);
      if ('error' in step) throw networkError(request.url, nodeError(step.error));
      return {
        status: step.status ?? 200,
        headers: step.headers ?? {},
        redirects: [],
        body: (async function* () {
          for (const piece of step.pieces ?? []) {
            onPiece();
            yield Buffer.from(piece);
          }
          if (step.breaks !== undefined) throw networkError(request.url, nodeError(step.breaks));
        })(),
        discard: () => {
          discarded += 1;
        },
      };
    },
  };
}

function nodeError(code: string): Error {
  return Object.assign(new Error(code), { code });
}

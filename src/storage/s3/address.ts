/** Where objects of the bucket are, for requests that the SDK does not make itself. */
import type { S3Client } from '@aws-sdk/client-s3';

export interface Address {
  /** `https://bucket.s3.eu-west-1.amazonaws.com`, `http://127.0.0.1:7480/bucket` */
  readonly base: string;
  /** What requests are signed for. */
  readonly region: string;
}

const SCOPE = /^AWS4-HMAC-SHA256 Credential=.*\/\d{8}\/([^/]+)\/s3\/aws4_request,/;

/**
 * Learns it from what the SDK sends: only the SDK knows all that may decide it (profiles, endpoints of services, dual stack). Undefined
 * until it has asked for an object, and where it signs in another way.
 */
export function learnAddress({ middlewareStack }: S3Client): () => Address | undefined {
  let address: Address | undefined;
  middlewareStack.add(
    (next) => (args) => {
      const key = 'Key' in args.input ? args.input.Key : undefined;
      if (address === undefined && key !== undefined) address = addressOf(args.request, key);
      return next(args);
    },
    { step: 'deserialize', priority: 'low', name: 'pakhusAddress' },
  );
  return () => address;
}

function addressOf(request: unknown, key: string): Address | undefined {
  if (!isRequest(request)) return undefined;
  const { protocol, path, headers } = request;
  const [, region] = SCOPE.exec(headers['authorization'] ?? '') ?? [];
  const own = pathOf(key);
  if (region === undefined || !path.endsWith(own)) return undefined;
  return { base: `${protocol}//${headers['host']}${path.slice(0, -own.length)}`, region };
}

/** Of a key in a URL: all is encoded but what RFC 3986 calls unreserved, and `/`. */
export function pathOf(key: string): string {
  const strictly = (character: string): string => `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
  const segments = key.split('/').map((one) => encodeURIComponent(one).replaceAll(/[!'()*]/g, strictly));
  return `/${segments.join('/')}`;
}

interface SentRequest {
  readonly protocol: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
}

function isRequest(request: unknown): request is SentRequest {
  return typeof request === 'object' && request !== null && 'path' in request && 'headers' in request;
}

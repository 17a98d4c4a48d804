/** AWS Signature Version 4 of one request, for a service other than S3: "Create a signed AWS API request" in the IAM user guide. */
import { createHash, createHmac } from 'node:crypto';

export interface AwsRequest {
  readonly method: string;
  /** Without a query; its path has no characters that need encoding. */
  readonly url: URL;
  readonly body: string;
}

export interface AwsSignature {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
  readonly region: string;
  readonly service: string;
  /** Milliseconds since 1970. */
  readonly dateMs: number;
}

const ALGORITHM = 'AWS4-HMAC-SHA256';

/** The headers that make it a signed request. */
export function signAwsRequest(request: AwsRequest, by: AwsSignature): Readonly<Record<string, string>> {
  const time = new Date(by.dateMs).toISOString().replaceAll(/[-:]|\.\d+/g, '');
  const date = time.slice(0, 8);
  const headers: Readonly<Record<string, string>> = {
    host: request.url.host,
    'x-amz-date': time,
    ...(by.sessionToken !== undefined && { 'x-amz-security-token': by.sessionToken }),
  };
  const names = Object.keys(headers).join(';');
  const canonical = [
    request.method,
    request.url.pathname,
    '',
    ...Object.entries(headers).map(([name, value]) => `${name}:${value}`),
    '',
    names,
    sha256(request.body),
  ].join('\n');
  const scope = `${date}/${by.region}/${by.service}/aws4_request`;
  const toSign = [ALGORITHM, time, scope, sha256(canonical)].join('\n');
  const start: string | Buffer = `AWS4${by.secretAccessKey}`;
  const key = scope.split('/').reduce<string | Buffer>((secret, part) => hmac(secret, part), start);
  const signature = hmac(key, toSign).toString('hex');
  const { host: _, ...sent } = headers;
  return {
    ...sent,
    authorization: `${ALGORITHM} Credential=${by.accessKeyId}/${scope}, SignedHeaders=${names}, Signature=${signature}`,
  };
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

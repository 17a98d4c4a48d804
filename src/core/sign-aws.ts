/** AWS Signature Version 4 in headers: "Create a signed AWS API request" in the IAM user guide. */
import { createHmac, createSecretKey, type KeyObject } from 'node:crypto';
import { sha256Hex } from './digest.ts';

export interface AwsRequest {
  readonly method: string;
  /** Without a query. Its path is signed as it is, which for services other than S3 is right where nothing in it is encoded. */
  readonly url: URL;
  /** Under lower-case names; sent and signed. */
  readonly headers: Readonly<Record<string, string>>;
  /** Of the body: 64 hex digits. */
  readonly sha256: string;
}

/** Who signs, and for what. */
export interface AwsSigner {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
  readonly region: string;
  readonly service: string;
}

/** Gives the headers of the request with those that make it a signed one. `dateMs`: milliseconds since 1970. */
export type SignAws = (request: AwsRequest, dateMs: number) => Readonly<Record<string, string>>;

const ALGORITHM = 'AWS4-HMAC-SHA256';

export function createAwsSigner({ region, service, ...by }: AwsSigner): SignAws {
  const keyFor = createKeys(by.secretAccessKey);
  return ({ method, url, headers, sha256 }, dateMs) => {
    const time = new Date(dateMs).toISOString().replaceAll(/[-:]|\.\d+/g, '');
    const scope = `${time.slice(0, 8)}/${region}/${service}/aws4_request`;
    const sent = {
      ...headers,
      'x-amz-date': time,
      ...(by.sessionToken !== undefined && { 'x-amz-security-token': by.sessionToken }),
    };
    const signed = Object.entries({ ...sent, host: url.host }).sort(([a], [b]) => (a < b ? -1 : 1));
    const names = signed.map(([name]) => name).join(';');
    const lines = signed.map(([name, value]) => `${name}:${value.trim().replaceAll(/ +/g, ' ')}`);
    const canonical = [method, url.pathname, '', ...lines, '', names, sha256].join('\n');
    const toSign = [ALGORITHM, time, scope, sha256Hex(canonical)].join('\n');
    const signature = hmac(keyFor(scope), toSign).toString('hex');
    return {
      ...sent,
      authorization: `${ALGORITHM} Credential=${by.accessKeyId}/${scope}, SignedHeaders=${names}, Signature=${signature}`,
    };
  };
}

/** A key is good for a day, and making it takes longer than signing with it. */
function createKeys(secret: string): (scope: string) => KeyObject {
  let last: { readonly scope: string; readonly key: KeyObject } | undefined;
  return (scope) => {
    if (last?.scope === scope) return last.key;
    const start = createSecretKey(`AWS4${secret}`, 'utf8');
    const key = scope.split('/').reduce((from, part) => createSecretKey(hmac(from, part)), start);
    last = { scope, key };
    return key;
  };
}

/** Of a key object: of plain bytes Node would make one each time. */
function hmac(key: KeyObject, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

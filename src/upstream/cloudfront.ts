/**
 * Amazon CloudFront: taking paths out of its caches, with one signed request. Credentials come from where the AWS tools look for them,
 * and need `cloudfront:CreateInvalidation` on the distribution.
 */
import { sha256Hex } from '../core/digest.ts';
import { PakhusError } from '../core/pakhus-error.ts';
import { createAwsSigner } from '../core/sign-aws.ts';

/** As many as may be under way in a distribution at once. */
export const CLOUDFRONT_PATHS = 3000;
const ENDPOINT = 'https://cloudfront.amazonaws.com';
/** CloudFront is everywhere; its requests are signed for this region. */
const REGION = 'us-east-1';
const NAMESPACE = 'http://cloudfront.amazonaws.com/doc/2020-05-31/';

export interface Invalidation {
  /** Id of the distribution. */
  readonly distribution: string;
  /** Beginning with `/`, encoded as in URLs, at most {@link CLOUDFRONT_PATHS}. */
  readonly paths: readonly string[];
  /** Names the request: one that is sent twice counts once. */
  readonly reference: string;
}

export interface InvalidateOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly nowMs: number;
  readonly signal: AbortSignal;
}

/** Resolves when CloudFront has taken the request; it takes effect within seconds. @throws PURGE_FAILED */
export async function invalidateCloudFront(
  { distribution, paths, reference }: Invalidation,
  { env, nowMs, signal }: InvalidateOptions,
): Promise<void> {
  const endpoint = new URL(env['AWS_ENDPOINT_URL_CLOUDFRONT'] || ENDPOINT);
  const url = new URL(`/2020-05-31/distribution/${distribution}/invalidation`, endpoint);
  const body = invalidationXml(paths, reference);
  try {
    const by = { ...(await findCredentials(env)), region: REGION, service: 'cloudfront' };
    const request = { method: 'POST', url, headers: { 'content-type': 'text/xml' }, sha256: sha256Hex(body) };
    const headers = createAwsSigner(by)(request, nowMs);
    const answer = await fetch(url, { method: 'POST', headers, body, signal });
    if (!answer.ok) throw refused(distribution, { status: answer.status, text: await answer.text() });
    await answer.body?.cancel();
  } catch (error) {
    if (error instanceof PakhusError || signal.aborted) throw error;
    throw new PakhusError('PURGE_FAILED', `CloudFront cannot be asked: ${reasonOf(error)}`, {
      hint: 'Are there credentials of AWS (AWS_ACCESS_KEY_ID, a profile, a role), and is there a way to it?',
      cause: error,
    });
  }
}

function invalidationXml(paths: readonly string[], reference: string): string {
  const items = paths.map((path) => `<Path>${escapeXml(path)}</Path>`).join('');
  return (
    `<?xml version="1.0" encoding="UTF-8"?><InvalidationBatch xmlns="${NAMESPACE}">` +
    `<Paths><Quantity>${paths.length}</Quantity><Items>${items}</Items></Paths>` +
    `<CallerReference>${escapeXml(reference)}</CallerReference></InvalidationBatch>`
  );
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** As any AWS tool finds them: environment, profile, single sign-on, web identity, role of the machine. */
async function findCredentials(env: InvalidateOptions['env']) {
  const accessKeyId = env['AWS_ACCESS_KEY_ID'];
  const secretAccessKey = env['AWS_SECRET_ACCESS_KEY'];
  const sessionToken = env['AWS_SESSION_TOKEN'];
  if (accessKeyId && secretAccessKey)
    return { accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) };
  const { S3Client } = await import('@aws-sdk/client-s3');
  return await new S3Client({ region: REGION }).config.credentials();
}

function refused(
  distribution: string,
  { status, text }: { readonly status: number; readonly text: string },
): PakhusError {
  const word = (name: string): string =>
    (new RegExp(`<${name}>([^<]{1,300})</${name}>`).exec(text)?.[1] ?? '').replaceAll(/\p{Cc}/gu, '?');
  const code = word('Code') || String(status);
  return new PakhusError(
    'PURGE_FAILED',
    `CloudFront refuses to invalidate in distribution ${distribution}: ${code} ${word('Message')}`.trimEnd(),
    {
      hint:
        status === 403
          ? `The credentials need cloudfront:CreateInvalidation on arn:aws:cloudfront::*:distribution/${distribution}.`
          : 'Check `purge: { cloudfront: … }` in pakhus.yaml, or try again a moment later.',
      details: { distribution, status, code },
    },
  );
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}

/** Where a bucket answers without anything in front of it. */
import type { S3Location } from './location.ts';

/** The address of the store in it, without a final slash. */
export function bucketUrl({ bucket, prefix, endpoint, pathStyle }: S3Location, region: string): string {
  const base = new URL(endpoint ?? `https://s3.${region}.amazonaws.com`);
  const path = base.pathname.replace(/\/+$/, '');
  const root = pathStyle
    ? `${base.protocol}//${base.host}${path}/${bucket}`
    : `${base.protocol}//${bucket}.${base.host}${path}`;
  const folder = prefix
    .split('/')
    .map((segment) => encodeURIComponent(segment))
    .join('/');
  return prefix === '' ? root : `${root}/${folder}`;
}

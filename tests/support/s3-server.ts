/** Any S3 server of a test, with one bucket and an account that may do everything. */
export interface S3Server extends S3Credentials, AsyncDisposable {
  /** `http://127.0.0.1:PORT` */
  readonly endpoint: string;
  readonly bucket: string;
  readonly region: string;
  /** What a process needs to use the account. */
  readonly env: Readonly<Record<string, string>>;
  /** `s3://bucket/prefix?endpoint=…&region=…&pathStyle=true` */
  location(prefix?: string): string;
  stop(): Promise<void>;
}

export interface S3Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}

/** Environment variables with these credentials, and none of this machine's or its user's. */
export function s3Environment(
  { accessKeyId, secretAccessKey, sessionToken }: S3Credentials,
  region: string,
): Record<string, string> {
  return {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    ...(sessionToken === undefined ? {} : { AWS_SESSION_TOKEN: sessionToken }),
    AWS_REGION: region,
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    AWS_EC2_METADATA_DISABLED: 'true',
  };
}

/** `s3://bucket/prefix?endpoint=…&region=…&pathStyle=true`, for `store:` and `--store`. */
export function s3Location(
  { endpoint, region }: { readonly endpoint: string; readonly region: string },
  { bucket, prefix = '' }: { readonly bucket: string; readonly prefix?: string | undefined },
): string {
  return `s3://${bucket}/${prefix}?endpoint=${encodeURIComponent(endpoint)}&region=${region}&pathStyle=true`;
}

/** An answer that says no, in S3's words: a status, a code and a sentence. */
export class S3Error extends Error {
  override readonly name = 'S3Error';
  readonly status: number;
  readonly code: string;
  /** More elements of the XML answer, as `Region`. */
  readonly details: Readonly<Record<string, string>>;

  constructor(
    status: number,
    code: string,
    { message = code, details = {} }: { message?: string; details?: Readonly<Record<string, string>> } = {},
  ) {
    super(message);
    this.status = status;
    this.code = code;
    this.details = details;
  }
}

/** What this server does not do. It says so instead of answering wrong. */
export function notImplemented(what: string): S3Error {
  return new S3Error(501, 'NotImplemented', { message: `${what} is not implemented` });
}

export function noSuchKey(key: string): S3Error {
  return new S3Error(404, 'NoSuchKey', {
    message: 'The specified key does not exist.',
    details: { Key: key },
  });
}

export function accessDenied(message = 'Access Denied'): S3Error {
  return new S3Error(403, 'AccessDenied', { message });
}

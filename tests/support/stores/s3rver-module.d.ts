/** What the tests use of it. */
declare module '@20minutes/s3rver' {
  interface S3rverOptions {
    readonly address: string;
    /** 0: any free one. */
    readonly port: number;
    readonly directory: string;
    readonly silent: boolean;
    readonly allowMismatchedSignatures: boolean;
  }
  class S3rver {
    constructor(options: S3rverOptions);
    run(): Promise<{ readonly port: number }>;
    close(): Promise<void>;
  }
  export = S3rver;
}

import type { Contestant } from '../contestant.ts';
import type { Measurement } from '../measure.ts';

/** The account and bucket of a run; every contestant has a prefix of its own. */
export interface Bucket {
  readonly name: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** What a process needs to use the account. */
  readonly env: Readonly<Record<string, string>>;
}

/** A program that brings packages into a bucket. `endpoint`: the server, or the proxy in front of it. */
export interface BucketContestant extends Pick<Contestant, 'id' | 'title' | 'remove'> {
  /** Starts anew, below `prefix`, with all packages or files of `folder`. */
  first(folder: string, at: { readonly endpoint: string; readonly prefix: string }): Promise<Measurement>;
  /** The same again: nothing is to be done. */
  again(folder: string, endpoint: string): Promise<Measurement>;
}

/** One that knows packages. */
export interface BucketPublisher extends BucketContestant {
  /** One more package. */
  addOne(deb: string, endpoint: string): Promise<Measurement>;
}

import { join } from 'node:path';
import { type CliSession, createCliSession } from '../support/cli-session.ts';
import { type FakeS3, type FakeS3Options, startFakeS3 } from '../support/fake-s3/fake-s3.ts';
import type { MainResult } from '../support/run-main.ts';

/** Somebody at a command line with a store in a bucket, and others who share it. */
export interface BucketSession extends AsyncDisposable {
  readonly s3: FakeS3;
  /** With the owner's credentials, and `store:` in pakhus.yaml. */
  readonly session: CliSession;
  /** Runs `pakhus ARGS` with keys of one's own and the credentials of an account that may do what the policy says. */
  as(name: string, policy: unknown): (...args: readonly string[]) => Promise<MainResult>;
  /** The policy that `pakhus store policy ARGS` prints for the same store at AWS. */
  policy(...args: readonly string[]): Promise<unknown>;
}

export interface BucketSessionOptions extends FakeS3Options {
  /** Below which the store lies. */
  readonly prefix?: string;
  /** Of the store's location: `&plus=twin`. */
  readonly parameters?: string;
  /** Lines of pakhus.yaml. `STATE` stands for the location of another bucket, `ledger`. */
  readonly more?: readonly string[];
}

/** Rules of the proposers `ci` and `other`. */
const PROPOSERS =
  'proposers: { ci: { actions: [add], to: [tools] }, other: { actions: [add], to: [tools] } }';
const REPOSITORIES = 'repositories: { tools: { format: deb, channels: [stable] } }';

export async function createBucketSession(options: BucketSessionOptions = {}): Promise<BucketSession> {
  const { prefix = '', parameters = '', more = [] } = options;
  const stack = new AsyncDisposableStack();
  const s3 = stack.use(await startFakeS3(options));
  const session = stack.use(await createCliSession(s3.env));
  const state = s3.location().replace(s3.bucket, 'ledger');
  await session.configure(
    `store: ${s3.location(prefix)}${parameters}`,
    ...more.map((line) => line.replace('STATE', state)),
    REPOSITORIES,
    PROPOSERS,
  );
  return {
    s3,
    session,
    as: (name, policy) => {
      const env = s3.addAccount(name, JSON.stringify(policy));
      const keys = { PAKHUS_KEYS: join(session.home, `keys-of-${name}`) };
      return (...args) => session.runWith({ env: { ...env, ...keys } }, ...args);
    },
    policy: async (...args) => {
      const aws = { PAKHUS_STORE: `s3://${s3.bucket}/${prefix}` };
      const { code, stdout, stderr } = await session.runWith({ env: aws }, 'store', 'policy', ...args);
      if (code !== 0) throw new Error(stderr);
      return JSON.parse(stdout);
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

import { openTail } from '../../src/repository/read-repository.ts';
import { type Verification, verifyRepository } from '../../src/repository/verify/verify.ts';
import { readBytes } from '../../src/storage/read-all.ts';
import { createTestRepository, keysOf, type TestUser } from './test-repository.ts';

/** The entry of the channel, below the repository's folder. */
export const INRELEASE = 'dists/stable/InRelease';
/** The folder of an index. */
export const INDEX = 'dists/stable/main/binary-amd64';

/** The user, and what was there before. */
export interface TwoRevisions extends TestUser, AsyncDisposable {
  /** `InRelease` of revision 1. */
  readonly oldEntry: Uint8Array;
}

/** A repository of two revisions, `hello` and then `world`, and the entry of the first one. */
export async function twoRevisions(): Promise<TwoRevisions> {
  const user = await createTestRepository();
  await user.publish([{ name: 'hello' }]);
  const oldEntry = await readBytes(user.store, `deb/${INRELEASE}`, { limitBytes: 100_000 });
  await user.publish([{ name: 'world' }]);
  return { ...user, oldEntry };
}

/** What `pakhus verify` finds. */
export async function verify(user: TestUser): Promise<Verification> {
  return verifyRepository(await user.open(), user.options);
}

/** The first key of the store that matches. */
export async function keyLike(user: TestUser, pattern: RegExp): Promise<string> {
  const found = (await keysOf(user.store)).find((key) => pattern.test(key));
  if (found === undefined) throw new Error(`no key like ${pattern}`);
  return found;
}

/** Keys of objects, by what they are. */
export interface NamedKeys {
  /** Below the state folder of the repository. */
  readonly manifest: string;
  readonly files: string;
  readonly settled: string;
  readonly run: string;
  readonly table: string;
  /** The copy of the entry. */
  readonly entry: string;
  /** An index under its hash, below the repository's folder. */
  readonly index: string;
}

/** Keys of what the newest revision names. */
export async function named(user: TestUser): Promise<NamedKeys> {
  const { revision, content } = await openTail(await user.open());
  const run = content.catalog.runs[0]?.ref.key ?? '';
  const { manifest, signed } = revision;
  const entry = manifest.pointers.find(({ path }) => path === INRELEASE)?.from;
  return {
    manifest: signed.record.manifest.key,
    files: signed.record.files?.key ?? '',
    settled: manifest.settled[0]?.blob.key ?? '',
    run,
    table: content.catalog.channels[0]?.indexes[0]?.table.key ?? '',
    entry: entry !== undefined && 'blob' in entry ? entry.blob : '',
    index:
      content.catalog.channels[0]?.indexes[0]?.files.flatMap(({ from }) =>
        from !== undefined && 'tree' in from ? [from.tree] : [],
      )[0] ?? '',
  };
}

/** Something that happens to such a repository. */
export type Damage = (user: TwoRevisions) => Promise<unknown>;

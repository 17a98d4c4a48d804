/** Ann, who may commit, and `ci`, which may propose for deb/testing. What `ci` leaves in its inbox can also be made by hand. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../../src/core/clock.ts';
import { sha256Hex } from '../../src/core/digest.ts';
import { intentKey } from '../../src/ledger/inbox.ts';
import { readSettled } from '../../src/ledger/settled.ts';
import { encodeSaid } from '../../src/ledger/signed-lines.ts';
import type { Place } from '../../src/repository/change/actions.ts';
import { openTail } from '../../src/repository/read-repository.ts';
import { readBytes } from '../../src/storage/read-all.ts';
import type { Storage } from '../../src/storage/storage.ts';
import { readAsClient } from './apt-reader.ts';
import { type QuickDeb, quickDeb } from './quick-deb.ts';
import { createTempDir } from './temp.ts';
import { createTestRepository, createTestUser, keysOf, type TestUser } from './test-repository.ts';

/** Two machines and a store. */
export interface Team extends AsyncDisposable {
  readonly ann: TestUser;
  readonly ci: TestUser;
  readonly store: Storage;
  /** Ann with another view of the store. */
  annWith(store: Partial<Storage>): TestUser;
  /** `ci` with secrets in its environment, with another view of the store, or with another clock. */
  ciWith(env: Readonly<Record<string, string>>, store?: Partial<Storage>, clock?: Clock): TestUser;
  /** `name version` of what clients see. */
  seen(channel: string): Promise<readonly string[] | undefined>;
  /** How a proposal ended; undefined: it is open. */
  outcome(ref: string): Promise<{ readonly rejected?: string; readonly rev: number } | undefined>;
  /** Keys of the state that begin so, without the repository's folder. */
  state(prefix: string): Promise<readonly string[]>;
  /** Leaves a proposal in the inbox by hand. */
  forge(proposal: Forgery): Promise<string>;
}

/** A proposal as somebody makes it who keeps no rule. */
export interface Forgery {
  /** The folder. Default `ci`. */
  readonly who?: string;
  readonly id?: string;
  readonly actions: readonly object[];
  /** What it says of itself instead of the truth. */
  readonly claim?: Readonly<Record<string, unknown>>;
  /** Files beside it. */
  readonly files?: Readonly<Record<string, Uint8Array>>;
}

/** Where `ci` may propose. */
export const TESTING: Place = { channel: 'testing', component: 'main' };
const RULES = '{ ci: { actions: [add, remove, promote], to: [deb/testing] } }';

/** `deb` has the channels stable, with `hello 1.0`, and testing. */
export async function createTeam({ rules = RULES }: { readonly rules?: string } = {}): Promise<Team> {
  const ann = await createTestRepository();
  const home = await createTempDir('ci');
  await ann.configure('channels: [stable, testing]', `proposers: ${rules}`);
  await ann.publish([{ name: 'hello' }]);
  const { store } = ann;
  const machine = { store, clock: ann.clock, folder: home.path, author: 'runner@7', proposer: 'ci' };
  const ci = createTestUser(machine);
  const team: Team = {
    ann,
    ci,
    store,
    annWith: (change) => createTestUser({ ...ann, store: { ...store, ...change } }),
    ciWith: (env, change, clock = ann.clock) =>
      createTestUser({ ...machine, env, clock, store: { ...store, ...change } }),
    seen: async (channel) => (await readAsClient(store, 'deb', channel))?.packages,
    outcome: async (ref) => {
      const repository = await ann.open();
      const { revision } = await openTail(repository);
      return (await readSettled(repository.ledger, revision.manifest)).get(ref);
    },
    state: async (prefix) =>
      (await keysOf(store, `.pakhus/deb/${prefix}`)).map((key) => key.slice('.pakhus/deb/'.length)),
    forge: async ({ who = 'ci', id, actions, claim = {}, files = {} }) => {
      const ulid = id ?? (await ci.open()).newId();
      const folder = `.pakhus/deb/inbox/${who}/${ulid}`;
      for (const [name, bytes] of Object.entries(files)) await store.write(`${folder}/${name}`, bytes);
      const said = {
        repository: 'deb',
        who,
        id: ulid,
        author: 'runner@7',
        message: 'forged',
        actions,
        ...claim,
      };
      await store.write(`.pakhus/deb/${intentKey({ who, id: ulid })}`, encodeSaid(said, undefined));
      return `${who}/${ulid}`;
    },
    [Symbol.asyncDispose]: async () => {
      await home[Symbol.asyncDispose]();
      await ann[Symbol.asyncDispose]();
    },
  };
  return team;
}

/** The bytes of a package. */
export async function debBytes(spec: QuickDeb): Promise<Uint8Array> {
  await using dir = await createTempDir('deb');
  return readFile(await quickDeb(join(dir.path, 'deb'), spec));
}

/** Asks to add a file of the inbox to deb/testing; `claim` wins over the truth. */
export function addition(
  inbox: string,
  bytes: Uint8Array,
  claim: Readonly<Record<string, unknown>> = {},
): object {
  const { to = TESTING, sizeBytes = bytes.length, sha256 = sha256Hex(bytes) } = claim;
  return { type: 'add', to, inbox: `${sha256} ${sizeBytes} ${inbox}` };
}

/** An object's bytes. */
export function bytesAt(store: Storage, key: string): Promise<Uint8Array> {
  return readBytes(store, key, { limitBytes: 100_000_000 });
}

/** The policy of somebody who works with the configured store. Nobody is asked: it can be made before there is a bucket. */
import { proposersOf } from '../../config/proposers.ts';
import type { ResolvedConfig } from '../../config/resolved-config.ts';
import { PakhusError } from '../../core/pakhus-error.ts';
import { bucketPlaces, requireBuckets } from './places.ts';
import { committerPolicy, type Policy, proposerPolicy, readerPolicy } from './policies.ts';

/** Whose policy. */
export type Role = 'proposer' | 'committer' | 'reader';

export interface StorePolicy {
  readonly role: Role;
  /** Of the proposer; else null. */
  readonly name: string | null;
  /** Where it is attached: to a user or role, or to this bucket. */
  readonly attachTo: { readonly type: 'identity' } | { readonly type: 'bucket'; readonly bucket: string };
  readonly policy: Policy;
}

type Config = Pick<ResolvedConfig, 'store' | 'state' | 'repositories' | 'proposers'>;

/** @throws CLI_USAGE, CONFIG_INVALID */
export function storePolicy(
  config: Config,
  {
    role,
    name,
    env,
  }: {
    readonly role: Role;
    readonly name: string | undefined;
    readonly env: Readonly<Record<string, string | undefined>>;
  },
): StorePolicy {
  const places = bucketPlaces(config, env);
  requireBuckets(places, 'policies are for buckets');
  if (role === 'proposer') {
    if (name === undefined) throw usage('a proposer has a name: --role proposer NAME');
    const repositories = repositoriesFor(config, name);
    return {
      role,
      name,
      attachTo: { type: 'identity' },
      policy: proposerPolicy(places, { name, repositories }),
    };
  }
  if (name !== undefined) throw usage(`only a proposer has a name, and the role is ${role}`);
  if (role === 'committer')
    return { role, name: null, attachTo: { type: 'identity' }, policy: committerPolicy(places) };
  const { store, state } = places;
  if (store === undefined) throw usage('the public files are in a folder: readers need no policy');
  return {
    role,
    name: null,
    attachTo: { type: 'bucket', bucket: store.location.bucket },
    policy: readerPolicy({ store, state }, config.repositories.value),
  };
}

/** Those that the rules of a proposer name. */
function repositoriesFor({ repositories, proposers }: Config, name: string) {
  const entry = proposers.value[name];
  if (entry === undefined) {
    const known = Object.keys(proposers.value).join(', ');
    throw new PakhusError('CONFIG_INVALID', `pakhus.yaml has no proposer '${name}'`, {
      hint: known === '' ? 'Add one under `proposers:`.' : `It has ${known}.`,
    });
  }
  const rules = { [name]: entry };
  const configured = repositories.value.filter((one) => proposersOf(rules, one.name).length > 0);
  if (configured.length > 0) return configured;
  const named = new Set(entry.to.map((pattern) => pattern.split('/')[0] ?? '*'));
  named.delete('*');
  if (named.size > 0) return [...named].map((each) => ({ name: each, path: each }));
  throw new PakhusError(
    'CONFIG_INVALID',
    `the rules of '${name}' are for any repository, and none is configured`,
    {
      hint: 'Name them under `repositories:` in pakhus.yaml: a policy lists each of them.',
    },
  );
}

function usage(why: string): PakhusError {
  return new PakhusError('CLI_USAGE', why);
}

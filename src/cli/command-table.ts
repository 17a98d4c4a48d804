/** All commands, in the order of `--help`. A line here and a file under `commands/` is all that a command needs. */
import type { Command } from './command.ts';

/** Headings of `--help`. */
type CommandGroup =
  | 'Publish'
  | 'Mirrors'
  | 'Look'
  | 'Check and mend'
  | 'Stores'
  | 'Keys and clients'
  | 'Settings';

/** What is known of a command without loading it. */
export interface CommandEntry {
  /** One word, or two: `config show`. */
  readonly name: string;
  readonly group: CommandGroup;
  /** One line, without a full stop. */
  readonly summary: string;
  /** Loads its module: only for the command that runs. */
  load(): Promise<Command>;
}

/** The table. */
export const COMMANDS: readonly CommandEntry[] = [
  {
    name: 'init',
    group: 'Publish',
    summary: 'Make a store, a repository, its keys and a pakhus.yaml',
    load: async () => (await import('./commands/init.ts')).init,
  },
  {
    name: 'publish',
    group: 'Publish',
    summary: 'Add packages: files, folders, patterns',
    load: async () => (await import('./commands/publish.ts')).publish,
  },
  {
    name: 'import',
    group: 'Publish',
    summary: 'Take over an apt repository that another program made, where it lies',
    load: async () => (await import('./commands/import.ts')).importCommand,
  },
  {
    name: 'remove',
    group: 'Publish',
    summary: 'Take packages out of a channel',
    load: async () => (await import('./commands/remove.ts')).remove,
  },
  {
    name: 'promote',
    group: 'Publish',
    summary: 'Take packages of one channel into another as well',
    load: async () => (await import('./commands/promote.ts')).promote,
  },
  {
    name: 'rollback',
    group: 'Publish',
    summary: 'Make a channel what it was in an earlier revision',
    load: async () => (await import('./commands/rollback.ts')).rollback,
  },
  {
    name: 'pin',
    group: 'Publish',
    summary: 'Keep a revision, under a name if you like',
    load: async () => (await import('./commands/pin.ts')).pin,
  },
  {
    name: 'unpin',
    group: 'Publish',
    summary: 'Keep a revision no longer',
    load: async () => (await import('./commands/unpin.ts')).unpin,
  },
  {
    name: 'commit',
    group: 'Publish',
    summary: 'Take what others have proposed',
    load: async () => (await import('./commands/commit.ts')).commit,
  },
  {
    name: 'wait',
    group: 'Publish',
    summary: 'Wait for the outcome of a proposal',
    load: async () => (await import('./commands/wait.ts')).wait,
  },
  {
    name: 'mirror add',
    group: 'Mirrors',
    summary: 'Write into pakhus.yaml what is wanted of an upstream',
    load: async () => (await import('./commands/mirror-add.ts')).mirrorAdd,
  },
  {
    name: 'mirror sync',
    group: 'Mirrors',
    summary: 'Bring a mirror to what its upstream has',
    load: async () => (await import('./commands/mirror-sync.ts')).mirrorSync,
  },
  {
    name: 'mirror status',
    group: 'Mirrors',
    summary: 'Each mirror, and what upstream has by now',
    load: async () => (await import('./commands/mirror-status.ts')).mirrorStatus,
  },
  {
    name: 'mirror diff',
    group: 'Mirrors',
    summary: 'What the next sync would add and remove',
    load: async () => (await import('./commands/mirror-diff.ts')).mirrorDiff,
  },
  {
    name: 'mirror why',
    group: 'Mirrors',
    summary: 'Why a package is in a mirror',
    load: async () => (await import('./commands/mirror-why.ts')).mirrorWhy,
  },
  {
    name: 'mirror remove',
    group: 'Mirrors',
    summary: 'Take a mirror out of pakhus.yaml',
    load: async () => (await import('./commands/mirror-remove.ts')).mirrorRemove,
  },
  {
    name: 'list',
    group: 'Look',
    summary: 'The packages of a repository',
    load: async () => (await import('./commands/list.ts')).list,
  },
  {
    name: 'show',
    group: 'Look',
    summary: 'All that is known of a package, or of a revision',
    load: async () => (await import('./commands/show.ts')).show,
  },
  {
    name: 'search',
    group: 'Look',
    summary: 'Packages by part of their name or description',
    load: async () => (await import('./commands/search.ts')).search,
  },
  {
    name: 'status',
    group: 'Look',
    summary: 'How each repository stands',
    load: async () => (await import('./commands/status.ts')).status,
  },
  {
    name: 'log',
    group: 'Look',
    summary: 'Who changed what, and when',
    load: async () => (await import('./commands/log.ts')).log,
  },
  {
    name: 'diff',
    group: 'Look',
    summary: 'What changed between two revisions',
    load: async () => (await import('./commands/diff.ts')).diff,
  },
  {
    name: 'verify',
    group: 'Check and mend',
    summary: 'Check every byte of the store; --live: what clients get',
    load: async () => (await import('./commands/verify.ts')).verify,
  },
  {
    name: 'repair',
    group: 'Check and mend',
    summary: 'Finish an interrupted publish, put damaged indexes back',
    load: async () => (await import('./commands/repair.ts')).repair,
  },
  {
    name: 'gc',
    group: 'Check and mend',
    summary: 'Delete what no client can ask for any more',
    load: async () => (await import('./commands/gc.ts')).gc,
  },
  {
    name: 'doctor',
    group: 'Check and mend',
    summary: 'Look for what will hurt, and say what to do',
    load: async () => (await import('./commands/doctor.ts')).doctor,
  },
  {
    name: 'resign',
    group: 'Check and mend',
    summary: 'Sign channels again before clients refuse them',
    load: async () => (await import('./commands/resign.ts')).resign,
  },
  {
    name: 'store create',
    group: 'Stores',
    summary: 'Make a bucket that everybody can read, all but the state',
    load: async () => (await import('./commands/store-create.ts')).storeCreate,
  },
  {
    name: 'store check',
    group: 'Stores',
    summary: 'Try what the store does, and what it gives to whom',
    load: async () => (await import('./commands/store-check.ts')).storeCheck,
  },
  {
    name: 'store copy',
    group: 'Stores',
    summary: 'Bring another store to what this one has',
    load: async () => (await import('./commands/store-copy.ts')).storeCopy,
  },
  {
    name: 'store policy',
    group: 'Stores',
    summary: 'What users of a bucket need to be allowed, as IAM JSON',
    load: async () => (await import('./commands/store-policy.ts')).storePolicy,
  },
  {
    name: 'store purge',
    group: 'Stores',
    summary: 'Tell caches what changed, as every publish does',
    load: async () => (await import('./commands/store-purge.ts')).storePurge,
  },
  {
    name: 'client',
    group: 'Keys and clients',
    summary: 'What a machine needs to install from a repository',
    load: async () => (await import('./commands/client.ts')).client,
  },
  {
    name: 'key new',
    group: 'Keys and clients',
    summary: 'Make a key',
    load: async () => (await import('./commands/key-new.ts')).keyNew,
  },
  {
    name: 'key list',
    group: 'Keys and clients',
    summary: 'The keys in your folder of keys',
    load: async () => (await import('./commands/key-list.ts')).keyList,
  },
  {
    name: 'key rotate',
    group: 'Keys and clients',
    summary: 'Replace the key that signs a repository, step by step',
    load: async () => (await import('./commands/key-rotate.ts')).keyRotate,
  },
  {
    name: 'key export',
    group: 'Keys and clients',
    summary: 'Print the public half of a key',
    load: async () => (await import('./commands/key-export.ts')).keyExport,
  },
  {
    name: 'apply',
    group: 'Settings',
    summary: 'Bring a repository to what pakhus.yaml says',
    load: async () => (await import('./commands/apply.ts')).apply,
  },
  {
    name: 'config show',
    group: 'Settings',
    summary: 'The configuration in force, and where each value comes from',
    load: async () => (await import('./commands/config-show.ts')).configShow,
  },
  {
    name: 'config schema',
    group: 'Settings',
    summary: 'The JSON Schema of pakhus.yaml, for editors',
    load: async () => (await import('./commands/config-schema.ts')).configSchema,
  },
];

/** The first words of commands of two words, as `--help` lists them. */
export const COMMAND_PARENTS: Readonly<Record<string, string>> = {
  mirror: 'Keep what you need of an upstream repository, with all that it needs',
  store: 'Make, check and copy a store; policies, caches in front',
  key: 'Make, list, rotate and export keys',
  config: 'Look at the configuration',
};

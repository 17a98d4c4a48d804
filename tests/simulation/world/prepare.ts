import './instant-zlib.ts';
import { createTempDir } from '../../support/temp.ts';
import { type Command, FIRST_SETTINGS } from './commands.ts';
import { execute, together } from './execute.ts';
import { createPalette, type Palette } from './palette.ts';
import { type CreateWorld, createWorld, type StoreKind } from './world.ts';

/** What simulations need; the files go away with its scope. */
export interface Preparation extends AsyncDisposable {
  readonly palette: Palette;
}

const STABLE = { channel: 'stable', component: 'main' } as const;
const TESTING = { channel: 'testing', component: 'main' } as const;

/** Makes package files, and runs every command once: what is loaded when it is used first takes a time of its own. */
export async function prepareSimulation(
  create: CreateWorld = createWorld,
  kinds: readonly StoreKind[] = ['directory', 'bucket'],
): Promise<Preparation> {
  const folder = await createTempDir('simulation');
  const palette = await createPalette(folder.path);
  const sample = palette.sample('apple=1.0');
  const wanted = { name: 'apple', version: undefined };
  const commands: readonly Command[] = [
    { type: 'publish', to: STABLE, samples: [sample] },
    { type: 'promote', from: STABLE, to: TESTING, wanted },
    { type: 'remove', from: TESTING, wanted },
    { type: 'rollback', channel: 'testing', to: undefined },
    { type: 'apply', settings: { ...FIRST_SETTINGS, keep: 1 } },
    { type: 'propose', to: TESTING, samples: [palette.sample('banana=1.0')] },
    { type: 'commit' },
    { type: 'resign' },
    { type: 'repair' },
    { type: 'gc' },
  ];
  for (const kind of kinds) {
    const world = create({ kind, palette });
    for (const [at, command] of commands.entries())
      await together(world, [execute(world, world.process(`warm${at}@calm`), command)], { patient: true });
  }
  return { palette, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() };
}

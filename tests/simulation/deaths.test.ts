/**
 * Death at every call of every command, on a directory and on a bucket. After each one somebody else works on, then the command is run
 * again, and everything is as it should be. A client looks all the time.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { FaultyCall } from '../../src/storage/fault.ts';
import { createTempDir, type TempDir } from '../support/temp.ts';
import { checkPeace, lastPublish } from './oracle/check-peace.ts';
import { type Command, FIRST_SETTINGS } from './world/commands.ts';
import { copyWorld } from './world/copy-world.ts';
import { execute, type Outcome, together } from './world/execute.ts';
import { createPalette, type Palette } from './world/palette.ts';
import type { Fate } from './world/process.ts';
import { createWorld, type StoreKind, type World } from './world/world.ts';

const STABLE = { channel: 'stable', component: 'main' } as const;
const TESTING = { channel: 'testing', component: 'main' } as const;
/** A request whose sender is dead arrives when others have worked. */
const LATE_MS = 60_000;
const DAY_MS = 24 * 3_600_000;

let folder: TempDir;
let palette: Palette;
const killed = new Map<string, number>();
beforeAll(async () => {
  folder = await createTempDir('deaths');
  palette = await createPalette(folder.path);
});
afterAll(async () => {
  await folder[Symbol.asyncDispose]();
  const total = [...killed.values()].reduce((sum, one) => sum + one, 0);
  const each = [...killed].map(([name, calls]) => `${calls} of ${name}`);
  process.stdout.write(`deaths.test.ts: ${total} calls killed: ${each.join(', ')}\n`);
});

/** What is tried, and how old the repository is by then. */
interface Attempt {
  readonly command: (of: Palette) => Command;
  readonly ageMs?: number;
}

const ATTEMPTS: Readonly<Record<string, Attempt>> = {
  publish: {
    command: (of) => ({
      type: 'publish',
      to: STABLE,
      samples: [of.sample('banana=2.0'), of.sample('cherry=1.0')],
    }),
  },
  propose: { command: (of) => ({ type: 'propose', to: STABLE, samples: [of.sample('cherry=1.0')] }) },
  commit: { command: () => ({ type: 'commit' }) },
  remove: {
    command: () => ({ type: 'remove', from: STABLE, wanted: { name: 'banana', version: '1.0' } }),
  },
  promote: {
    command: () => ({
      type: 'promote',
      from: STABLE,
      to: TESTING,
      wanted: { name: 'elder', version: undefined },
    }),
  },
  rollback: { command: () => ({ type: 'rollback', channel: 'stable', to: '2' }) },
  apply: { command: () => ({ type: 'apply', settings: { ...FIRST_SETTINGS, keep: 1 } }) },
  resign: { command: () => ({ type: 'resign' }) },
  repair: { command: () => ({ type: 'repair' }) },
  gc: { command: () => ({ type: 'gc' }), ageMs: 20 * DAY_MS },
};

/** Revisions of two channels, the last one committed and not published, and a proposal: everybody has something to do. */
async function createBase(kind: StoreKind): Promise<World> {
  const world = createWorld({ kind, palette });
  const commands: readonly Command[] = [
    { type: 'publish', to: STABLE, samples: [palette.sample('apple=1.0')] },
    { type: 'publish', to: STABLE, samples: [palette.sample('banana=1.0'), palette.sample('elder=1.0')] },
    { type: 'promote', from: STABLE, to: TESTING, wanted: { name: 'apple', version: undefined } },
    { type: 'remove', from: STABLE, wanted: { name: 'apple', version: undefined } },
    { type: 'publish', to: TESTING, samples: [palette.sample('date=1.0')] },
  ];
  for (const [at, command] of commands.entries())
    await together(world, [execute(world, world.process(`base${at}@calm`), command)]);
  const dying = world.process('base@calm', {
    decide: ({ key }) =>
      fateOf(key.endsWith('/InRelease') ? { type: 'death', applied: false } : { type: 'none' }),
  });
  const last: Command = { type: 'publish', to: STABLE, samples: [palette.sample('elder=2.0')] };
  await together(world, [execute(world, dying, last)]);
  const proposal: Command = { type: 'propose', to: TESTING, samples: [palette.sample('apple=2.0')] };
  await together(world, [execute(world, world.process('proposer@calm'), proposal)]);
  return world;
}

describe.each(['directory', 'bucket with etags of the content'] as const)('on a %s', (kind) => {
  let base: World;
  beforeAll(async () => {
    base = await createBase(kind);
  });

  test.each(Object.keys(ATTEMPTS))(
    '%s that dies at any call loses nothing and tears nothing',
    { timeout: 300_000 },
    async (name) => {
      const attempt = ATTEMPTS[name];
      if (attempt === undefined) throw new Error(`no command ${name}`);
      const ways = kind === 'directory' ? [after] : [after, later];
      for (const die of ways) {
        for (let at = 0, outcome: Outcome = 'died'; outcome !== 'done'; at++) {
          outcome = await dieAt(await copyWorld(base, palette), attempt, die(at));
          if (outcome !== 'done') killed.set(name, (killed.get(name) ?? 0) + 1);
        }
      }
      expect(killed.get(name)).toBeGreaterThan(10);
    },
  );
});

/**
 * The store has the call at which the process dies, and the process hears nothing of it. What the store then holds is what it holds when
 * the process dies before its next call.
 */
const after = (at: number) => (call: FaultyCall) =>
  fateOf(call.index === at ? { type: 'death', applied: true } : { type: 'none' });

/** It gets it when others have worked on. */
const later = (at: number) => (call: FaultyCall) => {
  if (call.index > at) return fateOf({ type: 'death', applied: false });
  return fateOf(call.index === at ? { type: 'late' } : { type: 'none' });
};

function fateOf(fault: Fate['fault']): Fate {
  return { fault, requestMs: 1 };
}

async function dieAt(
  world: World,
  { command, ageMs = 0 }: Attempt,
  decide: (call: FaultyCall) => Fate,
): Promise<Outcome> {
  const story = async (): Promise<Outcome> => {
    await world.scheduler.sleep(ageMs);
    const victim = world.process('victim@calm', { decide, lateMs: () => LATE_MS });
    const outcome = await execute(world, victim, command(palette));
    expect(await execute(world, world.process('other@calm'), lastPublish(palette))).toBe('done');
    await world.scheduler.sleep(LATE_MS);
    await execute(world, world.process('again@calm'), command(palette));
    return outcome;
  };
  const told = story();
  await together(world, [told]);
  await checkPeace(world);
  return told;
}

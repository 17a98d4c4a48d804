/**
 * Death at every call of every command, on a directory and on a bucket. After each one somebody else works on, then the command is run
 * again, and everything is as it should be. A client looks all the time.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { FaultyCall } from '../../src/storage/fault.ts';
import { checkPeace, lastPublish } from './oracle/check-peace.ts';
import { type Command, FIRST_SETTINGS } from './world/commands.ts';
import { copyWorld } from './world/copy-world.ts';
import { execute, type Outcome, together } from './world/execute.ts';
import type { Palette } from './world/palette.ts';
import { type Preparation, prepareSimulation } from './world/prepare.ts';
import type { Fate } from './world/process.ts';
import { createWorld, type StoreKind, type World } from './world/world.ts';

const STABLE = { channel: 'stable', component: 'main' } as const;
const TESTING = { channel: 'testing', component: 'main' } as const;
/** A request whose sender is dead arrives when others have worked. */
const LATE_MS = 60_000;
const DAY_MS = 24 * 3_600_000;

let preparation: Preparation;
let palette: Palette;
const killed = new Map<string, number>();
beforeAll(async () => {
  preparation = await prepareSimulation();
  palette = preparation.palette;
});
afterAll(async () => {
  await preparation[Symbol.asyncDispose]();
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
        const followed = new Set<string>();
        for (let at = 0, outcome: Outcome = 'died'; outcome !== 'done'; at++) {
          outcome = await dieAt(await copyWorld(base, palette), { ...attempt, followed, decide: die(at) });
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

/** It gets it when others have worked on, if there is something to get. */
const later = (at: number) => (call: FaultyCall) => {
  if (call.index > at) return fateOf({ type: 'death', applied: false });
  const isChange = call.operation === 'write' || call.operation === 'copy' || call.operation === 'delete';
  return fateOf(call.index === at && isChange ? { type: 'late' } : { type: 'none' });
};

function fateOf(fault: Fate['fault']): Fate {
  return { fault, requestMs: 1 };
}

interface Death extends Attempt {
  readonly decide: (call: FaultyCall) => Fate;
  /** What stores were left as by deaths whose aftermath was looked at: the same again goes on in the same way. */
  readonly followed: Set<string>;
}

async function dieAt(world: World, death: Death): Promise<Outcome> {
  const { command, ageMs = 0, decide, followed } = death;
  const victim = world.process('victim@calm', { decide, lateMs: () => LATE_MS });
  const story = async (): Promise<{ outcome: Outcome; isNew: boolean }> => {
    await world.scheduler.sleep(ageMs);
    const outcome = await execute(world, victim, command(palette));
    // A request that is still on its way makes a difference.
    const isNew = world.counts.faults['late'] !== undefined || !followed.has(world.oracle.shadow.digest());
    followed.add(world.oracle.shadow.digest());
    if (isNew) await workOn(world, command(palette));
    return { outcome, isNew };
  };
  const told = story();
  await together(world, [told]);
  const { outcome, isNew } = await told;
  if (isNew) await checkPeace(world);
  return outcome;
}

/** Somebody else publishes, then the command is run again. */
async function workOn(world: World, command: Command): Promise<void> {
  expect(await execute(world, world.process('other@calm'), lastPublish(palette))).toBe('done');
  await world.scheduler.sleep(LATE_MS);
  await execute(world, world.process('again@calm'), command);
  await execute(world, world.process('commit@calm'), { type: 'commit' });
}

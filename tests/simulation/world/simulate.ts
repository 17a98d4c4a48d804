/**
 * One run of the simulation, all of it decided by its seed:
 *
 * ```
 * 2 to 8 users, a few commands each ─▶ faults, deaths (the command is run again), clocks that jump
 *      ─▶ when nothing is left to happen: a last publish and a repair without faults ─▶ everything is as it should be
 * ```
 */
import { checkPeace, lastPublish } from '../oracle/check-peace.ts';
import type { Command } from './commands.ts';
import { createDice, type Dice } from './dice.ts';
import { drawCommand, rebuilt } from './draw-command.ts';
import { execute, together } from './execute.ts';
import { drawFate, drawLateMs, drawSkew, drawWeather, type Weather } from './fates.ts';
import type { Palette } from './palette.ts';
import type { Machine } from './process.ts';
import type { Counts } from './run.ts';
import { type CreateWorld, createWorld, type StoreKind, type World, type WorldInput } from './world.ts';

/** What decides a run. */
export interface SimulationInput {
  readonly seed: number;
  readonly kind: StoreKind;
  readonly palette: Palette;
  readonly sabotage?: WorldInput['sabotage'];
  /** Default: one in memory. */
  readonly create?: CreateWorld;
}

export interface RunReport {
  readonly counts: Counts;
  readonly commands: number;
  readonly revisions: number;
  readonly traceHash: string;
}

const MAIN = { channel: 'stable', component: 'main' } as const;
/** A command that died or failed is run at most so often. */
const RUNS = 3;

/** @throws the first violation; `trace` then holds what led to it */
export async function simulate(input: SimulationInput, trace: string[] = []): Promise<RunReport> {
  const { seed, kind, palette, sabotage, create = createWorld } = input;
  const dice = createDice(`${seed} ${kind}`);
  const weather = drawWeather(dice, kind);
  const machine = (name: string): Machine => ({ name, skewMs: drawSkew(dice, weather) });
  const left = machine('left');
  // A directory belongs to one machine, which dates its files.
  const [storeMachine, right] =
    kind === 'directory' ? [left, left] : [{ name: 'store', skewMs: 0 }, machine('right')];
  const toleranceMs = weather.jump > 0 ? 2 * weather.skewMs : 0;
  const world = create({
    kind,
    palette,
    storeMachine,
    toleranceMs,
    trace,
    ...(sabotage && { sabotage }),
  });
  world.note(`seed ${seed}, ${kind}: ${JSON.stringify(weather)}`);
  if (dice.chance(0.7)) {
    const first: Command = { type: 'publish', to: MAIN, samples: [dice.pick(palette.samples)] };
    await together(world, [execute(world, world.process('first@calm'), first)]);
  }
  const users = Array.from({ length: 2 + Math.min(dice.below(7), dice.below(7)) }, (_, at) => ({
    name: `u${at}`,
    machine: dice.pick([left, right]),
    dice: dice.fork(`${at}`),
  }));
  const simulation: Simulation = { world, weather, palette, startMs: world.scheduler.now(), commands: 0 };
  await together(
    world,
    users.map((user) => work(simulation, user)),
  );
  await together(world, [execute(world, world.process('last@calm'), lastPublish(palette))]);
  await checkPeace(world);
  return {
    counts: world.counts,
    commands: simulation.commands,
    revisions: world.oracle.log.newest(),
    traceHash: world.traceHash(),
  };
}

interface Simulation {
  readonly world: World;
  readonly weather: Weather;
  readonly palette: Palette;
  readonly startMs: number;
  commands: number;
}

interface User {
  readonly name: string;
  readonly machine: Machine;
  readonly dice: Dice;
}

/** A few commands, one after the other, at moments of the run. */
async function work(simulation: Simulation, user: User): Promise<void> {
  const { world, weather, palette, startMs } = simulation;
  const { dice } = user;
  const waves = Array.from({ length: 1 + dice.below(2) }, () => dice.pick(weather.waves)).sort(
    (a, b) => a - b,
  );
  for (const [at, waveMs] of waves.entries()) {
    const atMs = startMs + waveMs + dice.wait(dice.pick([100, 4000]));
    await world.scheduler.sleep(atMs - world.scheduler.now());
    const command = drawCommand(dice, world.oracle.log, palette);
    await insist(simulation, { ...user, name: `${user.name}.${at}` }, command);
  }
}

/** Runs a command, and again when it died or failed, now and then with files that were built anew. */
async function insist(simulation: Simulation, user: User, first: Command): Promise<void> {
  const { world, weather } = simulation;
  const { dice, machine } = user;
  let command = first;
  for (let run = 0; run < RUNS; run++) {
    simulation.commands += 1;
    if (dice.chance(weather.jump)) machine.skewMs = drawSkew(dice, weather);
    const outcome = await execute(
      world,
      createProcess(simulation, { ...user, name: `${user.name}.${run}` }),
      command,
    );
    if (outcome === 'done' || (outcome === 'failed' && dice.chance(0.7))) return;
    await world.scheduler.sleep(dice.wait(dice.pick([10, 3000])));
    if (dice.chance(0.4)) command = rebuilt(command);
  }
}

function createProcess({ world, weather, startMs }: Simulation, { name, machine, dice }: User) {
  return world.process(`${name}@${machine.name}`, {
    machine,
    dice: dice.fork(name),
    retries: weather.retries,
    decide: (call) => drawFate(dice, weather, { call, elapsedMs: world.scheduler.now() - startMs }),
    answerMs: () => dice.wait(weather.answerMs),
    lateMs: () => drawLateMs(dice),
  });
}

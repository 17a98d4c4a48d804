import './instant-zlib.ts';
import { setTimeout } from 'node:timers/promises';
import { ProcessDeath } from '../../../src/storage/fault.ts';
import { checkOutcome } from '../oracle/check-outcome.ts';
import { type Command, describeCommand, runCommand } from './commands.ts';
import { openRepository } from './open-repository.ts';
import type { SimulatedProcess } from './process.ts';
import type { World } from './world.ts';

/** How a command ended. */
export type Outcome = 'done' | 'failed' | 'died';

/** Runs a command in a process, and compares what its user is told with what is in the store. */
export async function execute(world: World, process: SimulatedProcess, command: Command): Promise<Outcome> {
  const { author } = process;
  const fromRev = world.oracle.log.newest();
  const undisturbed = (): boolean => Object.keys(world.counts.faults).length + world.counts.suspensions === 0;
  world.note(`${author} begins: ${describeCommand(command)}`);
  const error = await runCommand(openRepository(process), command).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof ProcessDeath) {
    world.note(`${author} is dead`);
    return 'died';
  }
  world.note(`${author} ends: ${error ?? 'done'}`);
  checkOutcome(world.oracle, { author, command, error, fromRev, undisturbed: undisturbed() });
  return error === undefined ? 'done' : 'failed';
}

/** For how long somebody may do what takes real time, and how often to look. */
const PATIENCE_MS = 20_000;
const LOOK_MS = 5;

/**
 * Lets everybody work until they are done and nothing is left to happen. `patient`: they may load what was never loaded before.
 * @throws the first violation
 */
export async function together(
  world: World,
  works: readonly Promise<unknown>[],
  { patient = false }: { readonly patient?: boolean } = {},
): Promise<void> {
  let waiting = works.length;
  for (const work of works) {
    work.then(() => {
      waiting -= 1;
    }, world.fail);
  }
  await world.scheduler.run();
  for (let waitedMs = 0; patient && waiting > 0 && waitedMs < PATIENCE_MS; waitedMs += LOOK_MS) {
    world.check();
    await setTimeout(LOOK_MS);
    await world.scheduler.run();
  }
  world.check();
  if (waiting > 0)
    throw new Error(`${waiting} of ${works.length} wait for something that is not simulated, or never comes`);
}

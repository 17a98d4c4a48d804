import { createDice } from './dice.ts';
import { withVirtualMachine } from './virtual-machine.ts';

/**
 * Virtual time. Nothing happens but what was planned for a moment of it, one thing after the other:
 *
 * ```
 * earliest plan ─▶ time jumps there ─▶ it happens ─▶ everybody whom it woke runs until they wait again ─▶ next plan
 * ```
 * Between two waits a process may only do what ends by itself at once: promises, no threads, no files, no real timers. Then the order of
 * everything follows from the plans, and the same seed gives the same run.
 */
export interface Scheduler {
  /** Milliseconds since 1970. */
  now(): number;
  /** Plans something; gives what takes it back. */
  after(ms: number, happen: () => void): () => void;
  sleep(ms: number): Promise<void>;
  /** Until nothing is planned any more, or somebody has stopped it. */
  run(): Promise<void>;
  stop(): void;
}

/** How often it is looked whether somebody who gave others their turn plans something after all. */
const LOOKS = 3;
/** A run has some thousand. */
const LIMIT = 100_000;

interface Plan {
  readonly atMs: number;
  readonly order: number;
  readonly happen: () => void;
}

/** @param turns Turns of the event loop that somebody may take before they wait. */
export function createScheduler(startMs: number, turns = 1): Scheduler {
  const plans = new Set<Plan>();
  const dice = createDice('of the machine');
  let nowMs = startMs;
  let planned = 0;
  let happened = 0;
  let isStopped = false;

  const after: Scheduler['after'] = (ms, happen) => {
    const plan = { atMs: nowMs + Math.max(0, ms), order: planned++, happen };
    plans.add(plan);
    return () => plans.delete(plan);
  };
  const takeNext = (): Plan | undefined => {
    let next: Plan | undefined;
    for (const plan of plans) if (next === undefined || isBefore(plan, next)) next = plan;
    if (next !== undefined) plans.delete(next);
    return next;
  };

  /** Undefined when nothing is planned and nobody who gave others their turn plans anything either. */
  const next = async (): Promise<Plan | undefined> => {
    for (let look = 0; look < LOOKS; look++) {
      await everybodyWaits(turns);
      const plan = takeNext();
      if (plan !== undefined) return plan;
    }
    return undefined;
  };
  const goOn = async (): Promise<void> => {
    for (let plan = await next(); plan !== undefined && !isStopped; plan = await next()) {
      if (happened++ > LIMIT) throw new Error(`more than ${LIMIT} things happened: somebody runs in circles`);
      nowMs = plan.atMs;
      plan.happen();
    }
  };

  return {
    now: () => Math.floor(nowMs),
    after,
    sleep: (ms) => new Promise((resolve) => void after(ms, resolve)),
    run: () => withVirtualMachine({ after, now: () => Math.floor(nowMs), random: dice.next }, goOn),
    stop: () => {
      isStopped = true;
    },
  };
}

function isBefore(a: Plan, b: Plan): boolean {
  return a.atMs === b.atMs ? a.order < b.order : a.atMs < b.atMs;
}

/** Promises that are kept, and those that follow from them, come before this. */
async function everybodyWaits(turns: number): Promise<void> {
  for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve));
}

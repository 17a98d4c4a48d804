/** What a seed does to a run: how fast, how many faults of which kind, how wrong the clocks. */
import type { ErrorCode } from '../../../src/core/error-codes.ts';
import type { Fault, FaultyCall } from '../../../src/storage/fault.ts';
import type { Dice } from './dice.ts';
import { STATE, TREE } from './open-repository.ts';
import type { Fate } from './process.ts';
import type { StoreKind } from './world.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** Probabilities are of one call. */
export interface Weather {
  readonly requestMs: number;
  readonly answerMs: number;
  readonly lost: number;
  readonly answerLost: number;
  readonly late: number;
  readonly error: number;
  readonly death: number;
  readonly suspension: number;
  /** Probability that a clock is set, of one command. */
  readonly jump: number;
  /** Clocks are wrong by up to so much, in either direction. */
  readonly skewMs: number;
  /** Moments around which commands begin, and zombies wake. */
  readonly waves: readonly [number, ...number[]];
  /** Storages try again by themselves. */
  readonly retries: boolean;
}

/** How much more often things happen to calls that matter. */
const DECISIVE = 6;

/** Errors that a store gives by itself. */
const ERRORS: readonly [ErrorCode, ...ErrorCode[]] = ['STORE_UNAVAILABLE', 'STORE_PERMISSION', 'STORE_FULL'];
/** How long a process stands still when it does not wake with a wave. */
const PAUSES_MS = [2000, 7000, 40_000, 10 * MINUTE_MS] as const;

/** What can go wrong, and how often at least and at most. */
const TROUBLES = {
  lost: [0.002, 0.02],
  answerLost: [0.002, 0.02],
  late: [0.005, 0.03],
  error: [0.001, 0.01],
  death: [0.002, 0.02],
  suspension: [0.002, 0.02],
  jump: [0.1, 1],
} as const;
type Trouble = keyof typeof TROUBLES;
/** Late requests and zombies come twice as often: they are what breaks most. */
const NAMES: readonly [Trouble, ...Trouble[]] = [
  'lost',
  'answerLost',
  'late',
  'late',
  'error',
  'death',
  'suspension',
  'suspension',
  'jump',
];

export function drawWeather(dice: Dice, kind: StoreKind): Weather {
  const isBucket = kind !== 'directory';
  const troubles = drawTroubles(dice);
  // A directory answers when it is done.
  if (!isBucket) troubles.late = 0;
  const latencyMs = isBucket ? dice.pick([5, 20, 80, 400]) : dice.pick([0.5, 2, 10]);
  return {
    ...troubles,
    requestMs: latencyMs,
    answerMs: latencyMs / 2,
    retries: isBucket && dice.chance(0.5),
    skewMs: dice.pick([0, 0, 1000, 4500]),
    waves: dice.pick<Weather['waves']>([[0], [0], [0, HOUR_MS], [0, 15 * DAY_MS], [0, HOUR_MS, 15 * DAY_MS]]),
  };
}

/** Up to four kinds of trouble, not all at once: a run in which nothing works shows little. */
function drawTroubles(dice: Dice): Record<Trouble, number> {
  const troubles = { lost: 0, answerLost: 0, late: 0, error: 0, death: 0, suspension: 0, jump: 0 };
  for (let count = dice.below(5); count > 0; count--) {
    const name = dice.pick(NAMES);
    const [least, most] = TROUBLES[name];
    troubles[name] = least * (most / least) ** dice.next();
  }
  return troubles;
}

/** How far a machine's clock is ahead. */
export function drawSkew(dice: Dice, { skewMs }: Weather): number {
  return Math.round((2 * dice.next() - 1) * skewMs);
}

/** The fate of one call at `elapsedMs` of the run. */
export function drawFate(
  dice: Dice,
  weather: Weather,
  { call, elapsedMs }: { readonly call: FaultyCall; readonly elapsedMs: number },
): Fate {
  const requestMs = dice.wait(weather.requestMs);
  const weight = isDecisive(call) ? DECISIVE : 1;
  const fault = drawFault(dice, weather, { call, weight });
  if (!dice.chance(weather.suspension * weight)) return { fault, requestMs };
  const nextWave = weather.waves.find((waveMs) => waveMs > elapsedMs);
  const suspendedMs =
    nextWave !== undefined && dice.chance(0.6)
      ? nextWave - elapsedMs + dice.wait(3000)
      : dice.pick(PAUSES_MS);
  return { fault, requestMs, suspendedMs };
}

/** Calls on which it depends what others see: writes of records, of pointers, of what is published and proposed. */
function isDecisive({ operation, key }: FaultyCall): boolean {
  if (operation !== 'write' && operation !== 'delete') return false;
  return key.startsWith(`${TREE}/dists/`) ? !key.includes('/by-hash/') : !key.startsWith(`${STATE}/blob/`);
}

function drawFault(
  dice: Dice,
  weather: Weather,
  { call: { operation, key }, weight }: { readonly call: FaultyCall; readonly weight: number },
): Fault {
  const happens = (rate: number): boolean => dice.chance(rate * weight);
  if (happens(weather.death)) return { type: 'death', applied: dice.chance(0.5) };
  // The lock of a directory is no request.
  if (operation === 'exclusive') return { type: 'none' };
  if (happens(weather.lost)) return { type: 'request-lost' };
  if (happens(weather.answerLost)) return { type: 'answer-lost' };
  if (happens(weather.late)) return { type: 'late' };
  if (happens(weather.error)) {
    const code = dice.pick(ERRORS);
    // A proposal that may not be read is rejected, and rightly so: its owner took the right away.
    return key.includes('/inbox/') && code === 'STORE_PERMISSION'
      ? { type: 'none' }
      : { type: 'error', code };
  }
  return { type: 'none' };
}

/** How long a late request is on its way. */
export function drawLateMs(dice: Dice): number {
  return dice.wait(dice.pick([1000, 8000, 5 * MINUTE_MS]));
}

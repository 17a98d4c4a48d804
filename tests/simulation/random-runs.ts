/**
 * Seeds as tests. CI runs the same ones each time, and says what they were made of.
 *
 *     PAKHUS_SIM_SEED=12345 npx vitest run tests/simulation/random-bucket.test.ts     one seed, its whole trace
 *     PAKHUS_SIM_SEEDS=100000 npx vitest run tests/simulation/random-bucket.test.ts   so many, from seed 1 on
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Preparation, prepareSimulation } from './world/prepare.ts';
import { type RunReport, simulate } from './world/simulate.ts';
import type { CreateWorld, StoreKind } from './world/world.ts';

/** Seeds of one test. */
const CHUNK = 100;
/** Lines of the trace that a failure shows. */
const SHOWN = 80;

/** Registers the tests of a file. A seed runs on the kind of store whose turn it is. */
export function testSeeds(
  file: string,
  {
    kinds,
    seeds,
    create,
  }: {
    readonly kinds: readonly [StoreKind, ...StoreKind[]];
    readonly seeds: number;
    readonly create?: CreateWorld;
  },
): void {
  let preparation: Preparation;
  const reports: RunReport[] = [];
  beforeAll(async () => {
    preparation = await prepareSimulation(create, create && kinds.slice(0, 1));
  });
  afterAll(async () => {
    await preparation[Symbol.asyncDispose]();
    if (reports.length > 1) process.stdout.write(`${file}: ${summarise(reports)}\n`);
  });
  const run = async (seed: number, trace: string[] = []): Promise<RunReport> => {
    const kind = kinds[seed % kinds.length] ?? kinds[0];
    try {
      return await simulate({ seed, kind, palette: preparation.palette, ...(create && { create }) }, trace);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      const again = `PAKHUS_SIM_SEED=${seed} npx vitest run tests/simulation/${file}`;
      throw new Error(
        `${why}\n\n${trace.slice(-SHOWN).join('\n')}\n\nAgain, with the whole trace: ${again}`,
        {
          cause: error,
        },
      );
    }
  };

  const only = process.env['PAKHUS_SIM_SEED'];
  if (only !== undefined) {
    test(`seed ${only}`, { timeout: 600_000 }, async () => {
      const trace: string[] = [];
      try {
        await run(Number(only), trace);
      } finally {
        process.stdout.write(`${trace.join('\n')}\n`);
      }
    });
    return;
  }
  const count = Number(process.env['PAKHUS_SIM_SEEDS'] ?? seeds);
  for (let first = 1; first <= count; first += CHUNK) {
    const last = Math.min(count, first + CHUNK - 1);
    test(`seeds ${first} to ${last}`, { timeout: 600_000 }, async () => {
      for (let seed = first; seed <= last; seed++) reports.push(await run(seed));
    });
  }
  test('the same seed gives the same run', async () => {
    for (const seed of [1, 2, 3]) expect((await run(seed)).traceHash).toBe((await run(seed)).traceHash);
  });
}

/** What the runs were made of. */
function summarise(reports: readonly RunReport[]): string {
  const sum = (of: (report: RunReport) => number): string =>
    reports.reduce((total, report) => total + of(report), 0).toLocaleString('en');
  const faults = new Set(reports.flatMap(({ counts }) => Object.keys(counts.faults)));
  return [
    `seeds 1 to ${reports.length}`,
    `${new Set(reports.map(({ traceHash }) => traceHash)).size} schedules`,
    `${sum(({ commands }) => commands)} commands`,
    `${sum(({ counts }) => counts.calls)} calls`,
    ...[...faults].sort().map((name) => `${sum(({ counts }) => counts.faults[name] ?? 0)} ${name}`),
    `${sum(({ counts }) => counts.deaths)} deaths`,
    `${sum(({ counts }) => counts.suspensions)} suspensions`,
    `${sum(({ revisions }) => revisions)} revisions`,
  ].join(', ');
}

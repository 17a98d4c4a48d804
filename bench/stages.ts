import type { Corpus } from './corpus.ts';
import type { Entrant, OurEntrants } from './entrants.ts';
import { measure } from './measure.ts';
import { mostNeeded } from './most-needed.ts';
import { PAKHUS } from './pakhus.ts';
import type { Recorder } from './recorder.ts';

const VERSION_RUNS = 11;

/** Every contestant publishes its corpus into nothing, `times` times; the last one stays. */
export async function publishAll(
  entrants: readonly Entrant[],
  { recorder, times }: { readonly recorder: Recorder; readonly times: number },
): Promise<void> {
  for (let i = 0; i < times; i++) {
    for (const { contestant, corpus } of entrants) {
      recorder.record(contestant.id, 'full', await contestant.full(corpus.debs));
    }
  }
}

/** One round per file of `debs`: every contestant that can adds it. */
export async function addInRounds(
  entrants: readonly Entrant[],
  { recorder, debs }: { readonly recorder: Recorder; readonly debs: readonly string[] },
): Promise<void> {
  for (const deb of debs) {
    for (const { contestant } of entrants) {
      if (contestant.addOne) recorder.record(contestant.id, 'add-one', await contestant.addOne(deb));
    }
  }
}

/** What has no peer: publishing what is there, removing what was added, checking every package, starting up. */
export async function measureAlone(
  { main }: OurEntrants,
  {
    recorder,
    corpus,
    repeat,
  }: { readonly recorder: Recorder; readonly corpus: Corpus; readonly repeat: number },
): Promise<void> {
  recorder.record(main.id, 'publish-again', await main.publishAgain(corpus.debs));
  for (const deb of corpus.extra.slice(0, repeat)) {
    recorder.record(main.id, 'remove-one', await main.removeOne(deb));
  }
  const needed = mostNeeded(await main.readPackages());
  for (let i = 0; needed !== undefined && i < repeat; i++) {
    recorder.record(main.id, 'check-all', await main.checkRemoval(needed));
  }
  for (let i = 0; i < VERSION_RUNS; i++) {
    recorder.record('node', 'nothing', await measure({ argv: [process.execPath, '-e', '0'] }));
    recorder.record(main.id, 'version', await measure({ argv: [process.execPath, PAKHUS, '--version'] }));
  }
}

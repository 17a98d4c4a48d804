import type { Contestant } from './contestant.ts';
import type { Corpus } from './corpus.ts';
import { type Pakhus, pakhus } from './pakhus.ts';

/** A contestant with the packages that it publishes. */
export interface Entrant {
  readonly contestant: Contestant;
  readonly corpus: Corpus;
}

/** pakhus in its settings, each with a repository of its own. */
export interface OurEntrants {
  /** gz + xz, all packages: the one that everything else is compared with. */
  readonly main: Pakhus;
  readonly gzipOnly: Pakhus;
  readonly small: Pakhus;
}

/** Opens them below `dir`; nothing runs yet. */
export function openPakhus(dir: string): OurEntrants {
  return {
    main: pakhus(dir, { id: 'pakhus', title: 'pakhus gz + xz' }),
    gzipOnly: pakhus(dir, { id: 'pakhus-gz', title: 'pakhus gz', gzipOnly: true }),
    small: pakhus(dir, { id: 'pakhus-small', title: 'pakhus gz + xz, small' }),
  };
}

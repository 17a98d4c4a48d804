/** Requests that were sent, are not there yet, and will be. */
export interface Lateness {
  /** @param after It arrives after so many other requests; undefined: only by {@link release}. */
  add(arrive: () => unknown, after?: number): void;
  /** One more request was answered. */
  pass(): void;
  /** Lets all of them arrive, in their order. Gives their number. */
  release(): number;
}

export function createLateness(): Lateness {
  let waiting: { readonly arrive: () => unknown; after: number }[] = [];
  const release = (isDue: (after: number) => boolean): number => {
    const due = waiting.filter(({ after }) => isDue(after));
    waiting = waiting.filter(({ after }) => !isDue(after));
    for (const { arrive } of due) arrive();
    return due.length;
  };
  return {
    add: (arrive, after = Number.POSITIVE_INFINITY) => {
      waiting.push({ arrive, after });
    },
    pass: () => {
      for (const one of waiting) one.after -= 1;
      release((after) => after <= 0);
    },
    release: () => release(() => true),
  };
}

/** What `make` gives for each of `items`: made anew, one after the other, each time that somebody goes through them. */
export function mapEach<T, R>(items: Iterable<T>, make: (item: T) => R): Iterable<R> {
  return {
    *[Symbol.iterator]() {
      for (const item of items) yield make(item);
    },
  };
}

/** The pointers of some channels as they are served, the entry first: where that cannot be reached, nothing else is asked for. */
import { mapInOrder } from '../../catalog/map-in-order.ts';
import { ENCODING_SUFFIX } from '../../formats/format.ts';
import type { PointerEntry } from '../../ledger/manifest.ts';
import { entryOf, type ReadRevision } from '../change/content.ts';
import type { UseCaseOptions } from '../repository.ts';
import { PARALLEL } from './check-files.ts';
import { fetchPointer, judgePointer, type Look, type Standing } from './look.ts';

export interface FetchedPointers {
  /** By path. */
  readonly standings: ReadonlyMap<string, Standing>;
  /** False: the server does not answer, and only the first file was asked for. */
  readonly isReached: boolean;
}

/** @param wanted Names of channels. */
export async function fetchPointers(
  look: Look,
  { wanted, report }: { readonly wanted: readonly string[]; readonly report: UseCaseOptions['report'] },
): Promise<FetchedPointers> {
  const { call, tail } = look;
  const entry = entryOf(tail.content, wanted[0] ?? '');
  const pointers = pointersOf(tail, wanted).toSorted(
    (a, b) => Number(b.path === entry) - Number(a.path === entry),
  );
  const standings = new Map<string, Standing>();
  const add = async (pointer: PointerEntry, fetched: Standing['fetched']): Promise<void> => {
    standings.set(pointer.path, await judgePointer(look, { pointer, fetched }));
    report({ type: 'progress', task: 'Fetching pointers', done: standings.size, total: pointers.length });
  };
  const [first, ...others] = pointers;
  if (first === undefined) return { standings, isReached: true };
  const answer = await fetchPointer(look, first);
  await add(first, answer);
  if (answer.status === 0) return { standings, isReached: false };
  const work = async (pointer: PointerEntry) => ({ pointer, fetched: await fetchPointer(look, pointer) });
  for await (const { pointer, fetched } of mapInOrder(others, { limit: PARALLEL, signal: call.signal, work }))
    await add(pointer, fetched);
  return { standings, isReached: true };
}

/** In the order in which they are written. Those that belong to no channel are everybody's. */
function pointersOf({ revision, content }: ReadRevision, wanted: readonly string[]): readonly PointerEntry[] {
  const foreign = new Set<string>();
  for (const { channel, paths } of content.channelPointers)
    if (!wanted.includes(channel)) for (const path of paths) foreign.add(path);
  for (const { name, indexes } of content.catalog.channels) {
    if (wanted.includes(name)) continue;
    for (const { path, files } of indexes)
      for (const { encoding } of files) foreign.add(path + ENCODING_SUFFIX[encoding]);
  }
  return revision.manifest.pointers.filter(({ path }) => !foreign.has(path));
}

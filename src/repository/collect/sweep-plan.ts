/** What of a survey goes how. Pure. */
import type { GonePointer } from '../../ledger/manifest.ts';
import { SWEEP_LIMIT, type SweepOrder } from '../../ledger/run-sweep.ts';
import type { ObjectInfo } from '../../storage/storage.ts';
import type { Survey } from './survey.ts';

export interface SweepPlan extends Pick<SweepOrder, 'pointers' | 'files' | 'state'> {
  /** Claims of revisions that are made: nobody asks for them again, so they go without a sweep. */
  readonly claims: readonly ObjectInfo[];
  /** There is more than one sweep takes. */
  readonly more: boolean;
}

/** @param gone In the order in which they were written: they go the other way round, an entry pointer before all that it names. */
export function planSweep(
  { files, state }: Pick<Survey, 'files' | 'state'>,
  gone: readonly GonePointer[],
  limit: number = SWEEP_LIMIT,
): SweepPlan {
  const order = new Map(gone.map(({ path }, at) => [path, at]));
  const at = ({ key }: ObjectInfo): number => order.get(key) ?? -1;
  const pointers = files.filter((file) => order.has(file.key)).sort((a, b) => at(b) - at(a));
  const others = files.filter((file) => !order.has(file.key));
  const isClaim = ({ key }: ObjectInfo): boolean => key.startsWith('claim/');
  const blobs = state.filter((object) => !isClaim(object));
  let room = limit;
  const take = (objects: readonly ObjectInfo[]): readonly ObjectInfo[] => {
    const taken = objects.slice(0, room);
    room -= taken.length;
    return taken;
  };
  return {
    claims: state.filter(isClaim),
    pointers: take(pointers),
    files: take(others),
    state: take(blobs),
    more: pointers.length + others.length + blobs.length > limit,
  };
}

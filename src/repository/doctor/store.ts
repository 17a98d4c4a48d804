/** The store: whether it takes writes, keeps two writers apart, and tells the same time as this machine. */
import type { Clock } from '../../core/clock.ts';
import { hasCode } from '../../core/pakhus-error.ts';
import { createStoreTime } from '../../ledger/store-time.ts';
import type { Storage } from '../../storage/storage.ts';
import { bad, type Diagnosis, good, guarded, showSpan, warning } from './diagnosis.ts';

const PROBE_KEY = '.pakhus/probe';
/** As much as apt bears with. */
const CLOCK_TOLERANCE_MS = 10_000;

/** Writes an object of its own and deletes it. */
export function checkStore(store: Storage, clock: Clock): Promise<readonly Diagnosis[]> {
  const check = `store ${store.name}`;
  return guarded(check, async () => {
    await store.delete(PROBE_KEY);
    const fromMs = clock.now();
    const { modifiedMs } = await store.write(PROBE_KEY, Buffer.from('probe\n'), { ifAbsent: true });
    const toMs = clock.now();
    const again = await store.write(PROBE_KEY, Buffer.from('other\n'), { ifAbsent: true }).then(
      () => 'overwritten',
      (error: unknown) => (hasCode(error, 'STORE_CONFLICT') ? 'kept' : Promise.reject(error)),
    );
    await store.delete(PROBE_KEY);
    const writes =
      again === 'kept'
        ? good(check, 'can be written, and keeps two writers apart')
        : bad(
            check,
            'lets two writers create the same object',
            'Do not publish to it from several places.',
            'store-unsafe',
          );
    // Whoever publishes waits for the lock; somebody who holds it all the time is a finding.
    if (store.capabilities.exclusive) await store.exclusive(async () => undefined);
    return [writes, ...checkClock(clock, { modifiedMs, fromMs, toMs })];
  });
}

function checkClock(
  clock: Clock,
  { modifiedMs, ...written }: { readonly modifiedMs: number; readonly fromMs: number; readonly toMs: number },
): readonly Diagnosis[] {
  const time = createStoreTime(clock);
  time.observe(modifiedMs, written);
  const aheadMs = time.now() - clock.now();
  if (Math.abs(aheadMs) <= CLOCK_TOLERANCE_MS) return [];
  return [
    warning(
      'clock',
      `the clock of the store is ${showSpan(aheadMs)} ${aheadMs > 0 ? 'ahead of' : 'behind'} this machine's; the store's is used for dates`,
      'Let NTP keep both clocks.',
      'store-clock',
    ),
  ];
}

/** Asking the store what time it is. */
import type { CallOptions } from '../storage/storage.ts';
import type { Ledger } from './ledger.ts';

/** Overwritten each time. */
const KEY = 'clock';
/** A slow answer says too little. */
const ATTEMPTS = 3;

/**
 * For whoever has to know the store's time and has not learned it a short while ago: writes an object that nobody reads, and looks at
 * its date. A store that is a folder of this machine has this machine's time.
 */
export async function learnStoreTime({ state, clock, time }: Ledger, call: CallOptions = {}): Promise<void> {
  if (!state.capabilities.metadata) return;
  for (let attempt = 0; attempt < ATTEMPTS && !time.isKnown(); attempt++) {
    const fromMs = clock.now();
    const { modifiedMs } = await state.write(KEY, new Uint8Array(), call);
    time.observe(modifiedMs, { fromMs, toMs: clock.now() });
  }
}

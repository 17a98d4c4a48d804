/** Limits that V8 takes on the command line of Node only, to start another of which would take longer than most publishes. */
import { setFlagsFromString } from 'node:v8';

/** How much the old generation may grow before it is collected again. */
const GROWTH_PERCENT = 20;

/** Keeps V8's young generation as large as it is now. Where much is allocated it grows to 128 MiB, and is no faster for it. */
export function holdYoungGeneration(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
}

/** The old one as well, which would grow to twice what is in use, or more, before it is collected. */
export function holdHeap(): void {
  holdYoungGeneration();
  setFlagsFromString(`--heap-growing-percent=${GROWTH_PERCENT}`);
}

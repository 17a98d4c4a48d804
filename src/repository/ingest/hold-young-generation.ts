import { setFlagsFromString } from 'node:v8';

/**
 * Keeps V8's young generation as large as it is now. Where much is allocated it grows to 128 MiB, and is no faster for it.
 * Its limit is for the command line of Node only, and starting another Node would take longer than most publishes.
 */
export function holdYoungGeneration(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
}

/** Ctrl-C: once, and what runs stops at the next safe point; twice, and the process ends now. */

/** Where signals come from: `process`. */
export interface SignalSource {
  on(signal: 'SIGINT' | 'SIGTERM', listener: () => void): unknown;
  off(signal: 'SIGINT' | 'SIGTERM', listener: () => void): unknown;
}

/** What to do on a signal. */
export interface InterruptOptions {
  readonly signals: SignalSource;
  readonly now: () => number;
  /** Called once, with the first signal: say so. */
  onFirst(): void;
  /** Called with the second one: leave. */
  onSecond(): void;
}

/** The two ends of it. */
export interface Interrupt {
  readonly signal: AbortSignal;
  /** Stops listening. */
  release(): void;
}

/**
 * A terminal sends Ctrl-C to every process of the group, and npm as well as `bin/pakhus` pass on what they get. Signals this close
 * together are one key press.
 */
const SAME_PRESS_MS = 250;

/** Turns SIGINT and SIGTERM into an `AbortSignal`. */
export function listenForInterrupt(options: InterruptOptions): Interrupt {
  const controller = new AbortController();
  let firstMs = 0;
  const listener = () => {
    if (!controller.signal.aborted) {
      firstMs = options.now();
      controller.abort();
      options.onFirst();
    } else if (options.now() - firstMs >= SAME_PRESS_MS) options.onSecond();
  };
  options.signals.on('SIGINT', listener);
  options.signals.on('SIGTERM', listener);
  return {
    signal: controller.signal,
    release: () => {
      options.signals.off('SIGINT', listener);
      options.signals.off('SIGTERM', listener);
    },
  };
}

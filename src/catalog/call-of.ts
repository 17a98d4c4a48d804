import type { CallOptions } from '../storage/storage.ts';

/** The signal of larger options, and nothing else of them. */
export function callOf(options: { readonly signal?: AbortSignal | undefined }): CallOptions {
  return options.signal ? { signal: options.signal } : {};
}

/** Of Node's own pool, which small buffers share. */
const POOL_BYTES = 65_536;

/**
 * Gives the memory of `bytes` back at once: nobody may look at them any more, nor at other views of their buffer. V8 collects
 * buffers when there are 64 MiB of them, and what malloc has handed out until then stays with the process. Small ones are left to V8.
 */
export function releaseBytes({ buffer }: Uint8Array): void {
  if (buffer instanceof ArrayBuffer && buffer.byteLength > POOL_BYTES) buffer.transfer(0);
}

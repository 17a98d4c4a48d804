import { deflateSync } from 'node:zlib';
import { sha256Hex } from '../src/core/digest.ts';
import { createRandom } from './random.ts';

/**
 * Processor seconds of a fixed job (hashing and compressing). The same before and after means that the machine was as
 * fast at the end as in the beginning; the figure scales results to another machine.
 */
export function calibrate(): number {
  const bytes = createRandom(1).bytes(2 ** 22);
  const text = Buffer.from(bytes.map((byte) => 97 + (byte % 16)));
  const start = process.cpuUsage();
  for (let i = 0; i < 16; i++) sha256Hex(text);
  deflateSync(text, { level: 6 });
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1e6;
}

/** Paths from the line, and from standard input where the line says `-`. */
import { createInterface } from 'node:readline';
import type { InputStream } from './ask.ts';

/** `paths` with `-` replaced by the lines of `stdin`. Empty lines do not count. */
export async function readPathList(paths: readonly string[], stdin: InputStream): Promise<readonly string[]> {
  if (!paths.includes('-')) return paths;
  const lines: string[] = [];
  for await (const line of createInterface({ input: stdin, crlfDelay: Number.POSITIVE_INFINITY })) {
    if (line !== '') lines.push(line);
  }
  return paths.flatMap((path) => (path === '-' ? lines : [path]));
}

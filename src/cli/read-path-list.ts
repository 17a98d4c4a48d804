/** Paths from the line, and from standard input where the line says `-`. */
import type { InputStream } from './ask.ts';

/** `paths` with `-` replaced by the lines of `stdin`, which is opened for that only. Empty lines do not count. */
export async function readPathList(
  paths: readonly string[],
  stdin: () => InputStream,
): Promise<readonly string[]> {
  if (!paths.includes('-')) return paths;
  const { createInterface } = await import('node:readline');
  const lines: string[] = [];
  for await (const line of createInterface({ input: stdin(), crlfDelay: Number.POSITIVE_INFINITY })) {
    if (line !== '') lines.push(line);
  }
  return paths.flatMap((path) => (path === '-' ? lines : [path]));
}

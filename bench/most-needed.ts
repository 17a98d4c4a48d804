/** The package that most others of a `Packages` index need first; undefined when they need none of their own. */
export function mostNeeded(index: string): string | undefined {
  const names = new Set([...index.matchAll(/^Package: (\S+)/gm)].map(([, name = '']) => name));
  const counts = new Map<string, number>();
  for (const [, name = ''] of index.matchAll(/^Depends: ([^\s,:(|]+)/gm))
    if (names.has(name)) counts.set(name, (counts.get(name) ?? 0) + 1);
  const [most] = [...counts].sort(([, a], [, b]) => b - a);
  return most?.[0];
}

/** Which format files are likely of, before they are read. */
import type { PartialPlace } from '../config/place.ts';
import type { Format } from '../formats/format.ts';
import { FORMATS } from '../formats/table.ts';
import type { FormatWish } from './ingest/inspected.ts';
import type { Target } from './publish-targets.ts';
import type { Workspace } from './workspace.ts';

/**
 * What place and configuration say of files whose format their bytes leave open: that of the repository which they are for, or else
 * those of the configured ones.
 */
export async function formatWish(
  { config }: Workspace,
  to: PartialPlace | undefined,
  { targetOf, guess }: { readonly targetOf: (format: string) => Promise<Target>; readonly guess: string },
): Promise<FormatWish> {
  const configured = config.repositories.value;
  if (to === undefined) return { first: configured.map(({ settings }) => settings.format) };
  const named = configured.find(({ name }) => name === to.repository);
  if (named !== undefined) return { only: named.settings.format };
  const isFormat = FORMATS.some(({ name }) => name === to.repository);
  const { tail, settings } = await targetOf(isFormat ? to.repository : guess);
  return tail === undefined && !isFormat ? {} : { only: settings.format };
}

/** The format of most files, by their names: for a guess that costs nothing when it is wrong. */
export function likelyFormat(paths: readonly string[], { only, first = [] }: FormatWish): string {
  if (only !== undefined) return only;
  const matches = ({ fileExtensions }: Format): number =>
    paths.filter((path) => fileExtensions.some((extension) => path.endsWith(extension))).length;
  const isWished = ({ name }: Format): number => (first.includes(name) ? 1 : 0);
  const [most] = FORMATS.toSorted((a, b) => matches(b) - matches(a) || isWished(b) - isWished(a));
  if (most === undefined) throw new Error('there is no format');
  return most.name;
}

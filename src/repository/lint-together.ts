/** What is wrong with packages only together: those that come, and those that their component holds. */
import { isIn } from '../catalog/catalog.ts';
import { formatByName } from '../formats/table.ts';
import { catalogLookup } from './change/catalog-lookup.ts';
import type { InspectedPackage } from './ingest/inspected.ts';
import type { Target } from './publish-targets.ts';
import type { UseCaseOptions } from './repository.ts';

/** Reads what is held only where something that comes may not fit it, and not further than to the first that does not. */
export async function lintTogether(
  { repository, settings, tail, place }: Target,
  files: readonly InspectedPackage[],
  { report, signal }: UseCaseOptions,
): Promise<void> {
  const { together } = formatByName(settings.format);
  if (together === undefined) return;
  const found = new Map<string, string>();
  const note = (one: { readonly name: string; readonly metadata: string }): void => {
    const trait = together.traitOf(one);
    if (trait !== undefined && !found.has(trait)) found.set(trait, one.name);
  };
  for (const { meta } of files) note(meta);
  if (found.size === 1 && tail !== undefined) {
    const lookup = catalogLookup(repository.catalog, tail.content.catalog);
    for (const run of lookup.runs().filter((one) => isIn(one, place))) {
      for await (const records of lookup.scan(run)) {
        signal?.throwIfAborted();
        for (const record of records) note(record);
        if (found.size > 1) break;
      }
    }
  }
  if (found.size < 2) return;
  const { code, message } = together.lint(found);
  report({ type: 'warning', code, message });
}

/** Plain files of an intent: what they are is told by where they go, and by their names. */
import type { PackageMeta, RepositorySettings } from '../../formats/format.ts';
import { formatByName } from '../../formats/table.ts';
import type { Place } from './actions.ts';
import { rejected } from './terms.ts';

/** What is known of a plain file before it is read. */
export interface PlainFile {
  readonly format: string;
  readonly meta: PackageMeta;
}

/** A file of the public folder or of a proposal; undefined where packages go. @throws PACKAGE_INVALID */
export function plainFile(
  path: string,
  { settings, to }: { readonly settings: RepositorySettings; readonly to: Place },
): PlainFile | undefined {
  const { name: format, plainFiles } = formatByName(settings.format);
  if (plainFiles?.takes(settings, to) !== true) return undefined;
  const last = path.slice(path.lastIndexOf('/') + 1);
  // Those of a proposal are numbered.
  const name = path === last ? last.replace(/^[0-9]+-/, '') : last;
  const meta = plainFiles.describe(name, { settings, ...to });
  if (meta === undefined) throw rejected(`${name} is made by the repository itself`);
  return { format, meta };
}

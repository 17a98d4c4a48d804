/** Plain files of an intent: what they are is told by where they go, and by their names. */
import type { RepositorySettings } from '../../formats/format.ts';
import { formatByName } from '../../formats/table.ts';
import type { FileKind } from '../ingest/inspected.ts';
import type { Place } from './actions.ts';
import { rejected } from './terms.ts';

/** What a file of the public folder or of a proposal is read as. @throws INTENT_REJECTED where a plain file cannot be so called */
export function kindOfFile(
  path: string,
  { settings, to }: { readonly settings: RepositorySettings; readonly to: Place },
): FileKind {
  const { name: format, plainFiles } = formatByName(settings.format);
  if (plainFiles?.takes(settings, to) !== true) return format;
  const last = path.slice(path.lastIndexOf('/') + 1);
  // Those of a proposal are numbered.
  const name = path === last ? last.replace(/^[0-9]+-/, '') : last;
  const meta = plainFiles.describe(name, { settings, ...to });
  if (meta === undefined) throw rejected(`${name} is made by the repository itself`);
  return { format, meta };
}

/** A place holds plain files or packages, never both. @throws INTENT_REJECTED */
export function checkSlot(
  one: { readonly name: string; readonly slot: string },
  { settings, to }: { readonly settings: RepositorySettings; readonly to: Place },
): void {
  const { plainFiles } = formatByName(settings.format);
  if (plainFiles === undefined) return;
  const isPlain = one.slot === plainFiles.slot;
  if (plainFiles.takes(settings, to) === isPlain) return;
  const [what, takes] = isPlain ? ['a plain file', 'packages'] : ['a package', 'plain files'];
  throw rejected(`${one.name} is ${what}, and ${to.channel}/${to.component} takes ${takes}`);
}

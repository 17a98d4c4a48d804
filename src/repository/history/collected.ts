/** Whether a revision still has all that it names. */
import { PakhusError } from '../../core/pakhus-error.ts';
import type { ReadRevision } from '../change/content.ts';

/** True when revision `rev` may have lost files and blobs, as the newest revision says. */
export function isCollected({ revision, content }: ReadRevision, rev: number): boolean {
  return rev >= 1 && rev < revision.manifest.wholeFrom && content.pins.every((pin) => pin.rev !== rev);
}

/** REVISION_COLLECTED. */
export function collectedRevision(repository: { readonly name: string }, rev: number): PakhusError {
  return new PakhusError(
    'REVISION_COLLECTED',
    `revision ${rev} of ${repository.name} was collected: not all of its files are there any more`,
    {
      hint: `\`pakhus log ${repository.name}\` still says what it was. \`pakhus pin\` keeps a revision from being collected.`,
      details: { repository: repository.name, rev },
    },
  );
}

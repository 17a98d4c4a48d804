/** Pins: revisions that stay, whatever their age. A pin's name stands for the revision wherever one is asked for. */
import { PART_NAME } from '../../config/names.ts';
import { PakhusError } from '../../core/pakhus-error.ts';
import { field, isRecord, num, optional, text } from '../../core/shape.ts';

/** A revision that is kept. It can have several pins, each with a name of its own, and one without. */
export interface Pin {
  readonly rev: number;
  /** Unique within the repository. */
  readonly name?: string;
}

/** Reads a {@link Pin}. @throws TypeError */
export function readPin(value: unknown): Pin {
  const name = isRecord(value) ? optional(value['name'], text) : undefined;
  return { rev: field(value, 'rev', num), ...(name !== undefined && { name }) };
}

/** `12` or `12 (2026.11)`. */
export function describePin({ rev, name }: Pin): string {
  return name === undefined ? String(rev) : `${rev} (${name})`;
}

/** What is wrong with the name of a pin; undefined: nothing. Digits alone would be the number of a revision. */
export function findPinNameProblem(name: string): string | undefined {
  if (!PART_NAME.pattern.test(name)) return `'${name}' is no name for a pin: expected ${PART_NAME.about}`;
  return /^\d+$/.test(name) ? `'${name}' is no name for a pin: it would be read as a revision` : undefined;
}

/** The pins with one more. @throws INTENT_REJECTED when the name cannot be used or is another revision's */
export function withPin(pins: readonly Pin[], pin: Pin): readonly Pin[] {
  const problem = pin.name === undefined ? undefined : findPinNameProblem(pin.name);
  if (problem !== undefined) throw new PakhusError('INTENT_REJECTED', problem);
  const taken = pins.find(({ name }) => name !== undefined && name === pin.name);
  if (taken !== undefined && taken.rev !== pin.rev) {
    throw new PakhusError('INTENT_REJECTED', `'${pin.name}' is revision ${taken.rev} already`, {
      hint: `Take another name, or free this one: \`pakhus unpin REPOSITORY ${pin.name}\`.`,
      details: { name: pin.name, rev: taken.rev },
    });
  }
  return [...pins.filter((one) => !isSame(one, pin)), pin].sort(comparePins);
}

/** The pins without this one; without a name: without all of the revision. */
export function withoutPin(pins: readonly Pin[], pin: Pin): readonly Pin[] {
  return pins.filter((one) => !(pin.name === undefined ? one.rev === pin.rev : isSame(one, pin)));
}

function isSame(a: Pin, b: Pin): boolean {
  return a.rev === b.rev && a.name === b.name;
}

function comparePins(a: Pin, b: Pin): number {
  return a.rev - b.rev || ((a.name ?? '') < (b.name ?? '') ? -1 : 1);
}

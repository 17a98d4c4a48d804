/** What the gate found, for people. */
import { PakhusError } from '../../core/pakhus-error.ts';
import type { BrokenPackage } from './find-broken.ts';
import type { MachineFindings } from './find-uninstallable.ts';

const MAX_NAMED = 10;
const MAX_LINE_CHARACTERS = 400;

/** @returns the refusal; undefined when nothing breaks. */
export function refusalOf(findings: readonly MachineFindings[]): PakhusError | undefined {
  const broken = brokenOf(findings);
  if (broken.length === 0) return undefined;
  return new PakhusError('PACKAGE_UNINSTALLABLE', describeBroken(findings), {
    hint:
      'Publish or remove what belongs together in one go, or say --allow-uninstallable.\n' +
      'Where clients get it from another repository, name its index as base: in pakhus.yaml.',
    details: { packages: broken, isMore: isMore(findings) },
  });
}

/** `2 packages of stable could not be installed any more`, and the chain of each, indented step by step. */
export function describeBroken(findings: readonly MachineFindings[]): string {
  const broken = brokenOf(findings);
  const channels = [...new Set(broken.map(({ channel }) => channel))].join(', ');
  const orMore = isMore(findings) ? ' or more' : '';
  const count = broken.length === 1 ? `1 package${orMore}` : `${broken.length} packages${orMore}`;
  const named = broken.slice(0, MAX_NAMED).flatMap(({ chain }) => chain.map(indented));
  const others = broken.length - MAX_NAMED;
  const more = others > 0 ? [`and ${others}${orMore} others`] : [];
  return [`${count} of ${channels} could not be installed any more`, ...named, ...more].join('\n');
}

function isMore(findings: readonly MachineFindings[]): boolean {
  return findings.some((one) => one.isMore);
}

/** How many packages of all machines could not be decided about. */
export function countUndecided(findings: readonly MachineFindings[]): number {
  return findings.reduce((sum, { undecided }) => sum + undecided, 0);
}

type Broken = Pick<MachineFindings, 'channel'> & BrokenPackage;

/** Short chains first: they are nearest to the change. What breaks on several kinds of machines is one. */
function brokenOf(findings: readonly MachineFindings[]): readonly Broken[] {
  const all = findings.flatMap(({ channel, broken }) => broken.map((one) => ({ channel, ...one })));
  const different = new Map(
    all.map((one) => [[one.channel, one.name, one.version, one.architecture].join('\n'), one]),
  );
  return [...different.values()].sort(
    (a, b) => a.chain.length - b.chain.length || (a.name < b.name ? -1 : 1),
  );
}

function indented(line: string, depth: number): string {
  const text = line.length > MAX_LINE_CHARACTERS ? `${line.slice(0, MAX_LINE_CHARACTERS)}…` : line;
  return '  '.repeat(depth) + text;
}

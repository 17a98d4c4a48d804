/** Slots: a package is in the slot of its architecture. */

/** The slot and the architecture of plain files. */
export const PLAIN = 'file';

/** Packages that fit every device: OpenWrt writes `all`; opkg takes `noarch` as well. */
export const INDEPENDENT: readonly string[] = ['all', 'noarch'];

export function isIndependent(architecture: string): boolean {
  return INDEPENDENT.includes(architecture);
}

/** Why a package cannot be of this architecture; undefined when it can. */
export function architectureProblem(name: string): string | undefined {
  if (name === '') return 'it is empty';
  if (name === PLAIN) return 'files that are no packages have it';
  if (name.length > 64) return 'it is longer than 64 characters';
  return /^[A-Za-z0-9][A-Za-z0-9_.-]*$/.test(name)
    ? undefined
    : 'it has characters other than A-Z a-z 0-9 _ . -';
}

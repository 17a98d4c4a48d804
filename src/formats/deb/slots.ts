/**
 * Slots: which index of a component lists a package. A `.deb` is in the slot of its architecture; an udeb, which only
 * the Debian installer may see, in `udeb-<architecture>`.
 */
import type { Field } from '../../codec/deb822.ts';

const UDEB_PREFIX = 'udeb-';
const INSTALLER_SECTION = 'debian-installer';

/**
 * The slot of a package. dpkg-gencontrol leaves `Package-Type: udeb` out of real udebs, and a file may have lost its
 * name, so the first of these that says anything decides: the field Package-Type; a file name that ends with `.udeb`;
 * the section `debian-installer`, which every udeb has to have.
 */
export function slotOf(
  fields: ReadonlyMap<string, Field>,
  options: { readonly architecture: string; readonly fileName: string },
): string {
  const type = fields.get('package-type')?.value.toLowerCase() ?? '';
  const section = fields.get('section')?.value ?? '';
  const isUdeb =
    type === ''
      ? options.fileName.toLowerCase().endsWith('.udeb') || section.split('/').at(-1) === INSTALLER_SECTION
      : type === 'udeb';
  return isUdeb ? udebSlot(options.architecture) : options.architecture;
}

/** Where packages of an architecture can be. */
export function slotsOf(architecture: string): readonly string[] {
  return [architecture, udebSlot(architecture)];
}

/** The slot of udebs of an architecture. */
export function udebSlot(architecture: string): string {
  return UDEB_PREFIX + architecture;
}

/** The architecture of a slot, and whether it is one of udebs. */
export function splitSlot(slot: string): { readonly architecture: string; readonly udeb: boolean } {
  const udeb = slot.startsWith(UDEB_PREFIX);
  return { architecture: udeb ? slot.slice(UDEB_PREFIX.length) : slot, udeb };
}

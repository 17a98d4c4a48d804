/**
 * Packages of many files as they are held: their names are in V8's heap, all else is on a shelf until somebody reads it. 60,000 of them
 * take 20 MB like that, and not 110.
 */
import { copyText } from '../../core/copy-text.ts';
import type { Lint, PackageMeta } from '../../formats/format.ts';
import type { InspectedPackage } from './inspected.ts';
import { type Lot, type PackedLot, packLot, type TextShelf } from './text-shelf.ts';

/** Packages that cross between threads and lie on a shelf together. */
export interface PackedPackages {
  readonly names: readonly string[];
  /** Their metadata, labelled with all else that is known of them. */
  readonly lot: PackedLot;
}

/** Of each package of a lot. */
export type PackageFacts = readonly Facts[];

/** What is known of a package besides its name and its metadata. */
interface Facts extends Omit<InspectedPackage, 'meta'>, Omit<PackageMeta, 'name' | 'metadata'> {}

export function packPackages(packages: readonly InspectedPackage[]): PackedPackages {
  return {
    // Else each would keep its whole metadata.
    names: packages.map(({ meta }) => copyText(meta.name)),
    lot: packLot(
      packages.map(factsOf),
      packages.map(({ meta }) => meta.metadata),
    ),
  };
}

/** The packages of a lot, which is put on `shelf`. */
export function holdPackages(
  { names, lot }: PackedPackages,
  shelf: TextShelf<PackageFacts>,
): readonly InspectedPackage[] {
  const held = shelf.put(lot);
  return names.map((name, index) => new HeldPackage(name, { lot: held, index }));
}

function factsOf({ meta, ...file }: InspectedPackage): Facts {
  const { name: _name, metadata: _metadata, ...facts } = meta;
  return { ...file, ...facts };
}

/** The package is its own metadata: one object less. */
class HeldPackage implements InspectedPackage, PackageMeta {
  readonly name: string;
  private readonly lot: Lot<PackageFacts>;
  private readonly index: number;

  constructor(name: string, { lot, index }: { readonly lot: Lot<PackageFacts>; readonly index: number }) {
    this.name = name;
    this.lot = lot;
    this.index = index;
  }

  get meta(): PackageMeta {
    return this;
  }

  get source(): string {
    return this.facts().source;
  }

  get format(): string {
    return this.facts().format;
  }

  get sizeBytes(): number {
    return this.facts().sizeBytes;
  }

  get sha256(): string {
    return this.facts().sha256;
  }

  get version(): string {
    return this.facts().version;
  }

  get architecture(): string {
    return this.facts().architecture;
  }

  get slot(): string {
    return this.facts().slot;
  }

  get lints(): readonly Lint[] {
    return this.facts().lints;
  }

  get metadata(): string {
    return this.lot.text(this.index);
  }

  private facts(): Facts {
    const facts = this.lot.label()[this.index];
    if (facts === undefined) throw new Error(`${this.name} is not on the shelf`);
    return facts;
  }
}

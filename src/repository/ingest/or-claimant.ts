/** Whose a file is that several formats recognise. */
import { PakhusError } from '../../core/pakhus-error.ts';
import type { Format, PackageMeta } from '../../formats/format.ts';

/** A package, and the format that read it. */
export interface Claimed {
  readonly format: Format;
  readonly meta: PackageMeta;
}

/**
 * The package as the first format reads it; as another one does where that one claims it, also when the first refuses it. A file that
 * nobody claims fails as the first fails. `read` may be called once for each format, the last time for the one that is answered.
 */
export async function orClaimant(
  [first, ...others]: readonly [Format, ...Format[]],
  read: (format: Format) => Promise<PackageMeta>,
): Promise<Claimed> {
  let meta: PackageMeta;
  try {
    meta = await read(first);
  } catch (error) {
    const other = error instanceof PakhusError ? await claimedBy(others, read) : undefined;
    if (other === undefined) throw error;
    return other;
  }
  const claimant = others.find((other) => other.claims?.(meta));
  return claimant === undefined ? { format: first, meta } : { format: claimant, meta: await read(claimant) };
}

async function claimedBy(
  others: readonly Format[],
  read: (format: Format) => Promise<PackageMeta>,
): Promise<Claimed | undefined> {
  for (const format of others.filter(({ claims }) => claims !== undefined)) {
    try {
      const meta = await read(format);
      if (format.claims?.(meta)) return { format, meta };
    } catch (error) {
      if (!(error instanceof PakhusError)) throw error;
    }
  }
  return undefined;
}

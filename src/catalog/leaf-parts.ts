/** The segments of each leaf and its text: copied where a parent has them, else rendered and compressed, once. */
import { sha256Hex } from '../core/digest.ts';
import type { PackageRecord } from '../formats/format.ts';
import type { CallOptions } from '../storage/storage.ts';
import type { LeafStore, RunLeaf } from './leaf-store.ts';
import { SEGMENT_CODECS } from './segment-codec.ts';
import type { SegmentFacts, SplicedEncoding } from './segment-table.ts';
import type { LeafParts, SpliceSource } from './splice-source.ts';

export interface LeafPartsSource {
  parts(leaf: RunLeaf, call: CallOptions): Promise<LeafParts>;
  /** The leaf's text: what was just rendered (the first time), else from its first segment, else rendered. */
  text(leaf: RunLeaf, call: CallOptions): Promise<Uint8Array>;
}

export function createLeafParts(deps: {
  readonly spliced: readonly SplicedEncoding[];
  readonly source: SpliceSource;
  readonly leaves: LeafStore;
  readonly render: (records: readonly PackageRecord[]) => Uint8Array;
}): LeafPartsSource {
  const { spliced, source, leaves, render } = deps;
  const known = new Map<string, Promise<LeafParts>>();
  const fresh = new Map<string, Uint8Array>();
  const [carrier] = spliced;

  const renderText = async (leaf: RunLeaf, call: CallOptions): Promise<Uint8Array> =>
    render(await leaves.read(leaf, { ...call, keep: false }));

  const make = async (leaf: RunLeaf, call: CallOptions): Promise<LeafParts> => {
    const copied = carrier && (await source.leaf(leaf.blob.sha256));
    if (copied) return copied;
    const text = await renderText(leaf, call);
    const parts = await encodeParts(leaf, { text, spliced });
    fresh.set(leaf.blob.sha256, text);
    return parts;
  };

  const parts = (leaf: RunLeaf, call: CallOptions): Promise<LeafParts> => {
    const { sha256 } = leaf.blob;
    const found = known.get(sha256) ?? make(leaf, call);
    known.set(sha256, found);
    return found;
  };

  return {
    parts,
    async text(leaf, call) {
      const { facts, bytes } = await parts(leaf, call);
      const text = fresh.get(facts.leaf);
      fresh.delete(facts.leaf);
      if (text) return text;
      const segment = carrier && bytes.get(carrier);
      return segment ? SEGMENT_CODECS[carrier].decode(segment, facts.plainBytes) : renderText(leaf, call);
    },
  };
}

async function encodeParts(
  leaf: RunLeaf,
  work: { readonly text: Uint8Array; readonly spliced: readonly SplicedEncoding[] },
): Promise<LeafParts> {
  const bytes = new Map<SplicedEncoding, Uint8Array>();
  const segments: Partial<Record<SplicedEncoding, SegmentFacts>> = {};
  for (const encoding of work.spliced) {
    const { bytes: encoded, ...rest } = await SEGMENT_CODECS[encoding].encode(work.text);
    bytes.set(encoding, encoded);
    segments[encoding] = { sizeBytes: encoded.length, sha256: sha256Hex(encoded), ...rest };
  }
  return { facts: { leaf: leaf.blob.sha256, plainBytes: work.text.length, segments }, bytes };
}

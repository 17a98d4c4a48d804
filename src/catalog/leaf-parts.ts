/** The segments of each leaf and its text: copied where a parent has them, else rendered and compressed, once. */
import { sha256Hex } from '../core/digest.ts';
import { releaseBytes } from '../core/release-bytes.ts';
import type { PackageRecord } from '../formats/format.ts';
import type { CallOptions } from '../storage/storage.ts';
import type { LeafStore, RunLeaf } from './leaf-store.ts';
import { SEGMENT_CODECS, type SegmentBytes } from './segment-codec.ts';
import type { SegmentFacts, SplicedEncoding } from './segment-table.ts';
import type { LeafParts, SpliceSource } from './splice-source.ts';

export interface LeafPartsSource {
  parts(leaf: RunLeaf, call: CallOptions): Promise<LeafParts>;
  /**
   * The text of neighbouring leaves, in pieces: what was just rendered (the first time), else from their first segments, else
   * rendered.
   */
  texts(leaves: readonly RunLeaf[], call: CallOptions): Promise<readonly Uint8Array[]>;
  /** Gives back what {@link texts} gave, when nobody will look at it any more. */
  release(texts: readonly Uint8Array[]): void;
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

  const takeFresh = (leaf: RunLeaf): Uint8Array | undefined => {
    const text = fresh.get(leaf.blob.sha256);
    fresh.delete(leaf.blob.sha256);
    return text;
  };

  return {
    parts,
    async texts(wanted, call) {
      const pieces: Promise<readonly Uint8Array[]>[] = [];
      let copied: SegmentBytes[] = [];
      const decodeCopied = (): void => {
        if (carrier && copied.length > 0) pieces.push(SEGMENT_CODECS[carrier].decode(copied));
        copied = [];
      };
      for (const leaf of wanted) {
        const { facts, bytes } = await parts(leaf, call);
        const text = takeFresh(leaf);
        const segment = carrier && bytes.get(carrier);
        if (!text && segment) copied.push({ bytes: segment, plainBytes: facts.plainBytes });
        else {
          decodeCopied();
          pieces.push(Promise.all([text ?? renderText(leaf, call)]));
        }
      }
      decodeCopied();
      return (await Promise.all(pieces)).flat();
    },
    release(texts) {
      // As it is, the text of a leaf is its segment.
      if (carrier !== 'plain') for (const text of texts) releaseBytes(text);
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

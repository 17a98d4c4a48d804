/** What a revision's manifest says to the use cases: the catalog, who signs, and which pointers belong to which channel. */
import { type BlobRef, readBlobRef } from '../../catalog/blobs.ts';
import { type Catalog, parseCatalog } from '../../catalog/catalog.ts';
import { PakhusError } from '../../core/pakhus-error.ts';
import { arrayOf, field, text } from '../../core/shape.ts';
import type { Revision } from '../../ledger/log.ts';
import { type Pin, readPin } from '../history/pins.ts';
import { type PagesContent, readPagesContent } from '../pages/pages-content.ts';
import { signer } from './action-codec.ts';
import type { PublicSigner } from './actions.ts';
import type { Terms } from './terms.ts';

/** Plain JSON, the ledger's `content`. */
export interface Content {
  readonly catalog: Catalog;
  readonly signers: readonly PublicSigner[];
  /** Revisions that are kept, whatever their age. */
  readonly pins: readonly Pin[];
  /**
   * A JSON blob: what another program left in the public folder under names that pakhus gives as well, which is not to be collected.
   * Paths; one that ends with `/` stands for all below it. Null: there is nothing of the kind.
   */
  readonly foreign: BlobRef | null;
  /** Null: there are none. */
  readonly pages: PagesContent | null;
  /** Paths of each channel's own pointers, in the order in which they are written. */
  readonly channelPointers: readonly { readonly channel: string; readonly paths: readonly string[] }[];
}

/** A revision, its content read. */
export interface ReadRevision {
  readonly revision: Revision;
  readonly content: Content;
}

/** @throws LEDGER_CORRUPT */
export function readContent(revision: Revision): Content {
  const value = revision.manifest.content;
  try {
    return {
      catalog: field(value, 'catalog', parseCatalog),
      signers: field(value, 'signers', arrayOf(signer)),
      pins: field(value, 'pins', arrayOf(readPin)),
      foreign: field(value, 'foreign', (one) => (one == null ? null : readBlobRef(one))),
      pages: field(value, 'pages', (one) => (one == null ? null : readPagesContent(one))),
      channelPointers: field(value, 'channelPointers', arrayOf(channelPointers)),
    };
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    const { rev, manifest } = revision.signed.record;
    throw new PakhusError(
      'LEDGER_CORRUPT',
      `${manifest.key}: revision ${rev} cannot be read: ${error.message}`,
      {
        cause: error,
        hint: 'It may have been written by a newer pakhus: update, then try again.',
      },
    );
  }
}

/** The path of the pointer that clients of a channel begin with. */
export function entryOf({ channelPointers }: Content, name: string): string | undefined {
  return channelPointers.find(({ channel }) => channel === name)?.paths.at(-1);
}

/** What the revision says besides its packages. */
export function termsOf(revision: Revision, content: Content): Terms {
  return {
    settings: content.catalog.settings,
    signers: content.signers,
    committers: revision.manifest.committers,
    proposers: revision.manifest.proposers,
  };
}

function channelPointers(value: unknown): Content['channelPointers'][number] {
  return { channel: field(value, 'channel', text), paths: field(value, 'paths', arrayOf(text)) };
}

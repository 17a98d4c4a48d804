/** Takes apart what `render-packages.ts` made. */
import type { PackageRecord, SegmentReader } from '../format.ts';
import { createFieldScanner } from './field-scanner.ts';
import { lastCut } from './read-index.ts';

const scan = createFieldScanner('package', 'version', 'architecture');
/** What the publisher adds to the fields of a package. */
const OF_THE_FILE = /\nFilename: ([^\n]+)\nSize: (\d+)\nSHA256: ([0-9a-f]{64})$/;

/** Reads our own `Packages`. */
export const readPackages: SegmentReader = { lastCut, read };

/** @throws TypeError for a stanza that we did not make */
function* read(text: string): Generator<PackageRecord, void> {
  for (let at = 0; at < text.length; ) {
    const blank = text.indexOf('\n\n', at);
    const end = blank === -1 ? text.length : blank;
    yield readStanza(text.slice(at, end));
    at = end + 2;
  }
}

function readStanza(stanza: string): PackageRecord {
  const file = OF_THE_FILE.exec(stanza);
  if (file === null) throw new TypeError('a stanza does not end with Filename, Size and SHA256');
  const [, path = '', size, sha256 = ''] = file;
  const metadata = stanza.slice(0, file.index);
  const fields = new Map<string, string>();
  scan(metadata, (name, start, end) => fields.set(name, metadata.slice(start, end).trim()));
  const [name, version, architecture] = ['package', 'version', 'architecture'].map((key) => fields.get(key));
  if (name === undefined || version === undefined || architecture === undefined)
    throw new TypeError('a stanza has no Package, Version or Architecture');
  return { name, version, architecture, path, sizeBytes: Number(size), sha256, metadata };
}

/** Reads `Packages` files that somebody else made: what an installation depends on, in parts of the file. */
import type { IndexedPackage } from '../install-rules.ts';
import { ARCHITECTURE_ALL } from './channel.ts';
import { createFieldScanner } from './field-scanner.ts';

const scan = createFieldScanner('package', 'version', 'architecture');

/** The packages for `architecture` and those for all. Stanzas that lack a name or a version are passed over, as apt does. */
export function* readIndex(text: string, architecture: string): Generator<IndexedPackage, void> {
  for (let at = 0; at < text.length; ) {
    const blank = text.indexOf('\n\n', at);
    const end = blank === -1 ? text.length : blank;
    const one = readStanza(text.slice(at, end));
    if (one !== undefined && [architecture, ARCHITECTURE_ALL].includes(one.architecture)) yield one;
    at = end + 1;
    while (text.charCodeAt(at) === LINE_FEED) at++;
  }
}

/** The offset after the last empty line; 0 when there is none. */
export function lastCut(text: string): number {
  const blank = text.lastIndexOf('\n\n');
  return blank === -1 ? 0 : blank + 2;
}

const LINE_FEED = 0x0a;

function readStanza(metadata: string): IndexedPackage | undefined {
  const fields = new Map<string, string>();
  scan(metadata, (name, start, end) => fields.set(name, metadata.slice(start, end).trim()));
  const [name, version, architecture] = ['package', 'version', 'architecture'].map((key) => fields.get(key));
  if (name === undefined || version === undefined || architecture === undefined) return undefined;
  return { name, version, architecture, metadata };
}

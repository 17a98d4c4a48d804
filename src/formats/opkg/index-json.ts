/**
 * `index.json`: the newest version of each package of a feed, for tools that build images (ASU, firmware-selector, owut); opkg does not
 * read it. Version 2 has names without the suffix of an ABI: libtumble2 is libtumble.
 */
import { compareVersions } from '../shared/dpkg-version.ts';

export interface IndexJsonOptions {
  readonly version: '1' | '2';
  readonly architecture: string;
  /** `x86/64` */
  readonly target: string | undefined;
}

/** Made from the text of `Packages.manifest`. */
export function renderIndexJson(manifest: Uint8Array, options: IndexJsonOptions): Uint8Array {
  const { version, architecture, target } = options;
  const packages = newestVersions(Buffer.from(manifest).toString('utf8'), { strip: version === '2' });
  if (version === '1') return Buffer.from(`${JSON.stringify({ architecture, packages })}\n`);
  const value = { version: 2, architecture, packages, ...(target !== undefined && { target }) };
  return Buffer.from(`${JSON.stringify(value, null, 2)}\n`);
}

function newestVersions(
  text: string,
  { strip }: { readonly strip: boolean },
): Readonly<Record<string, string>> {
  const newest = new Map<string, string>();
  let fields: { name?: string; version?: string; abi?: string } = {};
  for (const line of text.split('\n')) {
    if (line.startsWith('Package: ')) fields.name = line.slice('Package: '.length).trim();
    else if (line.startsWith('Version: ')) fields.version = line.slice('Version: '.length).trim();
    else if (line.startsWith('ABIVersion: ')) fields.abi = line.slice('ABIVersion: '.length).trim();
    if (line !== '') continue;
    const { name, version, abi } = fields;
    fields = {};
    if (name === undefined || version === undefined) continue;
    const shown = strip ? withoutAbi(name, abi) : name;
    const other = newest.get(shown);
    if (other === undefined || compareVersions(version, other) > 0) newest.set(shown, version);
  }
  return Object.fromEntries(newest);
}

function withoutAbi(name: string, abi: string | undefined): string {
  return abi !== undefined && abi !== '' && name.endsWith(abi) && name.length > abi.length
    ? name.slice(0, -abi.length)
    : name;
}

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeDeb } from '../../src/formats/deb/write-deb.ts';

/** A package to make; the same spec gives the same bytes. */
export interface QuickDeb {
  readonly name: string;
  /** Default `1.0`. */
  readonly version?: string;
  /** Default `amd64`. */
  readonly architecture?: string;
  /** What the one file in it says. Another text makes other bytes under the same name. */
  readonly content?: string;
  /** Further control fields. */
  readonly fields?: Readonly<Record<string, string>>;
}

/** Makes a package without dpkg-deb, in a millisecond, in `folder`, named as dpkg names it. Returns its path. */
export async function quickDeb(folder: string, spec: QuickDeb): Promise<string> {
  const { name, version = '1.0', architecture = 'amd64', content = name, fields = {} } = spec;
  const control = {
    Package: name,
    Version: version,
    Architecture: architecture,
    Maintainer: 'Tests <tests@example.org>',
    ...fields,
    Description: fields['Description'] ?? name,
  };
  const lines = Object.entries(control).map(([field, value]) => `${field}: ${value}\n`);
  const bytes = await writeDeb({
    control: lines.join(''),
    files: [{ path: `usr/share/${name}/content`, bytes: Buffer.from(content) }],
    mtimeSeconds: 1_767_225_600,
  });
  await mkdir(folder, { recursive: true });
  const path = join(folder, `${name}_${version.replace(/^\d+:/, '')}_${architecture}.deb`);
  await writeFile(path, bytes);
  return path;
}

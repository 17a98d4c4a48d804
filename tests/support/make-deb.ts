import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { outputOf } from './run-command.ts';
import { createTempDir } from './temp.ts';

/** A package to make. */
export interface DebSpec {
  readonly name: string;
  readonly version: string;
  /** Default `amd64`. */
  readonly architecture?: string;
  /** Further control fields, e.g. `{ Depends: 'other (>= 1)' }`. */
  readonly fields?: Readonly<Record<string, string>>;
  /** Files to install, path without the slash in front to content. Default: one that names package and version. */
  readonly files?: Readonly<Record<string, string>>;
}

/** Makes a binary package with the real dpkg-deb in `folder`, named as dpkg names it. Returns its path. */
export async function makeDeb(folder: string, spec: DebSpec): Promise<string> {
  const { name, version, architecture = 'amd64' } = spec;
  await using tree = await createTempDir('deb');
  const control = {
    Package: name,
    Version: version,
    Architecture: architecture,
    Maintainer: 'Tests <tests@example.org>',
    ...spec.fields,
    Description: spec.fields?.['Description'] ?? `made for a test\n A package named ${name}.`,
  };
  const lines = Object.entries(control).map(([field, value]) => `${field}: ${value}\n`);
  await mkdir(join(tree.path, 'DEBIAN'), { mode: 0o755 });
  await writeFile(join(tree.path, 'DEBIAN/control'), lines.join(''));
  const files = spec.files ?? { [`usr/share/${name}/version`]: `${name} ${version}\n` };
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(tree.path, path)), { recursive: true });
    await writeFile(join(tree.path, path), content);
  }
  await mkdir(folder, { recursive: true });
  const target = join(folder, `${name}_${version.replace(/^\d+:/, '')}_${architecture}.deb`);
  await outputOf(['dpkg-deb', '--root-owner-group', '-Zgzip', '--build', tree.path, target]);
  return target;
}

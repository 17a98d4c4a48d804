/** Packages in a form that some clients refuse, brought into one that all of them take: `publish --repack`. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { Report } from '../../core/report-event.ts';
import { formatByName } from '../../formats/table.ts';
import { inspectPackage } from './inspect-package.ts';
import type { InspectedPackage } from './inspected.ts';

/** A folder for new files, which goes away when they are published. */
export interface Repacking extends AsyncDisposable {
  /** The package as it is to be published: itself, when nothing is the matter with its form. @throws PACKAGE_*, ARCHIVE_* */
  repack(file: InspectedPackage): Promise<InspectedPackage>;
}

export function createRepacking(report: Report): Repacking {
  let folder: string | undefined;
  let count = 0;
  return {
    async repack(file) {
      const { repack } = formatByName(file.format);
      if (repack === undefined || !file.meta.lints.some(({ cure }) => cure === 'repack')) return file;
      folder ??= await mkdtemp(join(tmpdir(), 'pakhus-repack-'));
      const path = join(folder, `${count++}-${basename(file.source)}`);
      await writeFile(path, await repack(await readFile(file.source), { name: file.source }));
      const repacked = await inspectPackage(path, { wish: { only: file.format } });
      if (!('meta' in repacked)) throw new Error(`${path} was recognised although nothing is known`);
      report({ type: 'note', message: `${file.source}: repacked` });
      return repacked;
    },
    async [Symbol.asyncDispose]() {
      if (folder !== undefined) await rm(folder, { recursive: true, force: true });
    },
  };
}

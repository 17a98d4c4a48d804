/** Whether the pages of a revision are there as they were made, and putting back those that are not. */
import { formatByName } from '../../formats/table.ts';
import { type PageFile, pageAssets } from '../../pages/page-files.ts';
import type { CallOptions } from '../../storage/storage.ts';
import type { Content } from '../change/content.ts';
import type { Repository } from '../repository.ts';
import { makePackagePages } from './package-pages.ts';
import { holdsPage } from './place-pages.ts';

export interface CheckedPages {
  readonly checked: number;
  /** Those that are missing or have other bytes. */
  readonly damaged: readonly PageFile[];
}

/** Pages that another version of pakhus made are not looked at: the next publish makes them anew. @throws LEDGER_CORRUPT, STORE_* */
export async function checkPages(
  repository: Repository,
  { catalog, pages }: Pick<Content, 'catalog' | 'pages'>,
  call: CallOptions = {},
): Promise<CheckedPages> {
  const assets = pageAssets();
  if (pages?.look !== assets.look) return { checked: 0, damaged: [] };
  const damaged: PageFile[] = [];
  let checked = 0;
  const check = async (file: PageFile): Promise<void> => {
    checked++;
    if (!(await holdsPage(repository, file, call))) damaged.push(file);
  };
  for (const file of [assets.style, assets.script]) await check(file);
  const format = formatByName(catalog.settings.format);
  await makePackagePages(repository, { catalog, format, assets, earlier: undefined, ...call }, check);
  return { checked, damaged };
}

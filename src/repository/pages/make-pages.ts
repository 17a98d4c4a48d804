/**
 * The pages of the next revision: those about packages are put in place, and the front page and the script for clients become
 * pointers, so that they are published and go back with it.
 */
import type { Catalog } from '../../catalog/catalog.ts';
import { sha256Hex } from '../../core/digest.ts';
import type { Report } from '../../core/report-event.ts';
import { formatByName } from '../../formats/table.ts';
import type { PointerEntry } from '../../ledger/manifest.ts';
import { FRONT_PAGE, renderFrontPage } from '../../pages/front-page.ts';
import { type Assets, type PageFile, pageAssets } from '../../pages/page-files.ts';
import { SETUP_SCRIPT } from '../../pages/setup-script.ts';
import type { CallOptions } from '../../storage/storage.ts';
import type { PublicSigner } from '../change/actions.ts';
import type { Content } from '../change/content.ts';
import { keepPointer, type RevisionAt } from '../change/pointers.ts';
import type { Repository } from '../repository.ts';
import { describeFront, type Front } from './describe-front.ts';
import { makePackagePages } from './package-pages.ts';
import type { PagesContent } from './pages-content.ts';
import { createPageWriter } from './place-pages.ts';

export interface PagesWork {
  readonly at: RevisionAt;
  readonly swept: ReadonlySet<string>;
  readonly before: Content | undefined;
  readonly catalog: Catalog;
  readonly signers: readonly PublicSigner[];
  readonly report: Report;
}

export interface MadePages {
  readonly content: PagesContent | null;
  /** The front page, and a script beside it. */
  readonly pointers: readonly PointerEntry[];
}

/** A revision without pages. */
export const NO_PAGES: MadePages = { content: null, pointers: [] };

/** Undefined: one of the names is being deleted, so nothing can be done until that is over. @throws LEDGER_CORRUPT, STORE_* */
export async function makePages(
  repository: Repository,
  { at, swept, before, catalog, signers, report }: PagesWork,
): Promise<MadePages | undefined> {
  if (catalog.settings.pages !== true) return NO_PAGES;
  const call: CallOptions = at.signal === undefined ? {} : { signal: at.signal };
  const foreign = await findForeign(repository, at, call);
  if (foreign !== undefined) {
    report({ type: 'warning', ...taken(repository, foreign) });
    return NO_PAGES;
  }
  const assets = pageAssets();
  const { look, style, script } = assets;
  const old = before?.pages?.look === look ? before.pages : undefined;
  const earlier = before && old && { catalog: before.catalog, pages: old };
  const writer = createPageWriter(repository, { swept, ...call });
  if (old === undefined) for (const file of [style, script]) await writer.write(file);
  const format = formatByName(catalog.settings.format);
  const input = { catalog, format, assets, earlier, ...call };
  const runs = await makePackagePages(repository, input, writer.write);
  const front = describeFront(repository, { catalog, runs, signers });
  const shown = sha256Hex(JSON.stringify(front));
  const files = frontFiles(front, { at, assets });
  const isSame = old?.shown === shown;
  const pointers: PointerEntry[] = [];
  for (const file of files) {
    const there = at.base?.manifest.pointers.find(({ path }) => path === file.path);
    const isKept = there !== undefined && (isSame || there.sha256 === sha256Hex(file.bytes));
    pointers.push(isKept ? there : await keepPointer(repository, { ...file, at }));
  }
  if (!(await writer.finish())) return undefined;
  const content = { look, assets: [style.path, script.path], shown, runs };
  return { content, pointers };
}

/** The page, and the script where there is one. */
function frontFiles(
  { page, script }: Front,
  { at, assets }: { readonly at: RevisionAt; readonly assets: Assets },
): readonly PageFile[] {
  const front = renderFrontPage({ ...page, rev: at.rev, dateMs: at.signedAtMs }, assets);
  if (script === undefined) return [front];
  // So that browsers show it.
  const contentType = 'text/plain; charset=utf-8';
  return [{ path: SETUP_SCRIPT, contentType, bytes: Buffer.from(script) }, front];
}

/** The name of a file of somebody else that lies where one of ours would. */
async function findForeign(
  { tree, url }: Repository,
  { base }: RevisionAt,
  call: CallOptions,
): Promise<string | undefined> {
  const names = url === undefined ? [FRONT_PAGE] : [FRONT_PAGE, SETUP_SCRIPT];
  const { pointers = [], gone = [] } = base?.manifest ?? {};
  const own = new Set([...pointers, ...gone].map(({ path }) => path));
  for (const name of names) {
    if (own.has(name)) continue;
    for await (const { key } of tree.list(name, { ...call, pageSize: 1 })) {
      if (key === name) return name;
      break;
    }
  }
  return undefined;
}

function taken(
  { name, tree }: Repository,
  path: string,
): { readonly code: string; readonly message: string; readonly hint: string } {
  return {
    code: 'pages-taken',
    message: `${tree.name}/${path} is not from pakhus, so it was left as it is, and ${name} gets no pages`,
    hint: 'Move it away, or set `pages: false` in pakhus.yaml and run `pakhus apply`.',
  };
}

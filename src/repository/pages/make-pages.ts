/**
 * The pages of the next revision: those about packages are put in place, and the front page becomes one of its pointers, so that it
 * is published and goes back with it.
 */
import type { Catalog } from '../../catalog/catalog.ts';
import { sha256Hex } from '../../core/digest.ts';
import type { Report } from '../../core/report-event.ts';
import { formatByName } from '../../formats/table.ts';
import type { PointerEntry } from '../../ledger/manifest.ts';
import { FRONT_PAGE, renderFrontPage } from '../../pages/front-page.ts';
import { pageAssets } from '../../pages/page-files.ts';
import type { CallOptions } from '../../storage/storage.ts';
import type { PublicSigner } from '../change/actions.ts';
import type { Content } from '../change/content.ts';
import { keepPointer, type RevisionAt } from '../change/pointers.ts';
import type { Repository } from '../repository.ts';
import { describeFront } from './describe-front.ts';
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
  /** The front page. */
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
  if (await isTaken(repository, at, call)) {
    report({ type: 'warning', ...taken(repository) });
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
  const there = at.base?.manifest.pointers.find(({ path }) => path === FRONT_PAGE);
  const isSame = there !== undefined && old?.shown === shown;
  const pointer = isSame ? there : await keepFront(repository, { at, front, assets });
  if (!(await writer.finish())) return undefined;
  const content = { look, assets: [style.path, script.path], shown, runs };
  return { content, pointers: [pointer] };
}

function keepFront(
  repository: Repository,
  {
    at,
    front,
    assets,
  }: {
    readonly at: RevisionAt;
    readonly front: ReturnType<typeof describeFront>;
    readonly assets: ReturnType<typeof pageAssets>;
  },
): Promise<PointerEntry> {
  const page = renderFrontPage({ ...front, rev: at.rev, dateMs: at.signedAtMs }, assets);
  return keepPointer(repository, { ...page, at });
}

/** Somebody else's page lies where the front page would. */
async function isTaken({ tree }: Repository, { base }: RevisionAt, call: CallOptions): Promise<boolean> {
  const { pointers = [], gone = [] } = base?.manifest ?? {};
  if ([...pointers, ...gone].some(({ path }) => path === FRONT_PAGE)) return false;
  for await (const { key } of tree.list(FRONT_PAGE, { ...call, pageSize: 1 })) return key === FRONT_PAGE;
  return false;
}

function taken({ name, tree }: Repository): {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
} {
  return {
    code: 'pages-taken',
    message: `${tree.name}/${FRONT_PAGE} is not from pakhus, so it was left as it is, and ${name} gets no pages`,
    hint: 'Move it away, or set `pages: false` in pakhus.yaml and run `pakhus apply`.',
  };
}

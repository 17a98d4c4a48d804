/** Pages that lead to packages: the names of a leaf, and the leaves of a run. The search reads them as well. */
import type { PackageKey } from '../catalog/package-key.ts';
import { formatNumberOf } from '../core/quantities.ts';
import { renderDocument } from './document.ts';
import { type Html, html, shorten } from './html.ts';
import { type Assets, type LeafPages, type PageFile, pageFile, pathOfText } from './page-files.ts';
import { beside, type LeafContext, renderSheet } from './sheet-page.ts';

const SUMMARY_CHARACTERS = 40;

/** All pages of a leaf but for known ones: its sheets, then the list that leads to them. `known`: paths. */
export function* renderLeafPages(
  pages: LeafPages,
  context: LeafContext & { readonly known: ReadonlySet<string> },
): Generator<PageFile> {
  const { repository, format, assets } = context;
  const items: Html[] = [];
  for (const sheet of pages.sheets) {
    const packages = sheet.records.map((record) => ({ record, about: format.summarise(record) }));
    if (!context.known.has(sheet.path)) yield renderSheet({ path: sheet.path, packages }, context);
    const target = beside(sheet);
    for (const [index, { record, about }] of packages.entries()) {
      const summary = shorten(about.summary, SUMMARY_CHARACTERS);
      items.push(
        html`<li><a href="${target}#${index}">${record.name}</a> <b>${record.version}</b> <i>${summary}</i>\n`,
      );
    }
  }
  const body = html`<header><p><a href="../index.html">${repository}</a></header>
<main>
<h1>${formatNumberOf(items.length, 'package')}</h1>
<ul class="packages">
${items}</ul>
</main>`;
  const title = `Packages · ${repository}`;
  yield pageFile(pages.path, renderDocument({ title, style: beside(assets.style), body }));
}

/** A leaf as the page of its run shows it. */
export interface ListedLeaf {
  readonly path: string;
  readonly packages: number;
  readonly first: Pick<PackageKey, 'name'>;
}

/** The page of a run of several leaves. */
export function renderRunPage(
  leaves: readonly ListedLeaf[],
  context: { readonly repository: string; readonly assets: Assets },
): PageFile {
  const total = leaves.reduce((sum, { packages }) => sum + packages, 0);
  const items = leaves.map((leaf) => html`<li><a href="${beside(leaf)}">${leaf.first.name}</a> …\n`);
  const body = html`<header><p><a href="../index.html">${context.repository}</a></header>
<main>
<h1>${formatNumberOf(total, 'package')}</h1>
<ul class="ranges">
${items}</ul>
</main>`;
  const title = `Packages · ${context.repository}`;
  const text = renderDocument({ title, style: beside(context.assets.style), body });
  return pageFile(pathOfText(text), text);
}

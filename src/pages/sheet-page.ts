/** All that is to be known of some packages: versions, sizes, dependencies, digests. */
import { formatSize } from '../core/quantities.ts';
import type { Format, PackageRecord, PackageSummary } from '../formats/format.ts';
import { renderDocument } from './document.ts';
import { encodePath, type Html, html, NO_HTML, shorten, webAddress } from './html.ts';
import { type Assets, type PageFile, pageFile, type Sheet } from './page-files.ts';

/** Of one value: what a package says of itself may be a book. */
const MAX_CHARACTERS = 4000;

/** What pages need to know of a format. */
export type PageFormat = Pick<Format, 'summarise'>;

export interface LeafContext {
  /** The name of the repository. */
  readonly repository: string;
  readonly format: PageFormat;
  readonly assets: Assets;
}

/** A package, and what a person wants to read of it. */
export interface Described {
  readonly record: PackageRecord;
  readonly about: PackageSummary;
}

export function renderSheet(
  { path, packages }: Pick<Sheet, 'path'> & { readonly packages: readonly Described[] },
  { repository, assets }: Pick<LeafContext, 'repository' | 'assets'>,
): PageFile {
  const names = [...new Set([packages[0], packages.at(-1)].map((one) => one?.record.name ?? ''))];
  const body = html`<header><p><a href="../index.html">${repository}</a></header>
<main class="sheet">
${packages.map(article)}</main>`;
  return pageFile(
    path,
    renderDocument({ title: `${names.join(' – ')} · ${repository}`, style: beside(assets.style), body }),
  );
}

/** The address of a file that lies in the same folder. */
export function beside({ path }: { readonly path: string }): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

function article({ record, about }: Described, index: number): Html {
  const { name, version, path, sizeBytes, sha256 } = record;
  const { summary, homepage } = about;
  const file = path.slice(path.lastIndexOf('/') + 1);
  const said = new Set([name, version, summary, '']);
  return html`<article id="${index}">
<h2>${name} <small>${version}</small></h2>
<p>${shorten(summary, MAX_CHARACTERS)}</p>
<dl>
<dt>File<dd><a href="../${encodePath(path)}">${file}</a>, ${formatSize(sizeBytes)}
<dt>SHA-256<dd><code>${sha256}</code>
${about.fields.map((field) => (said.has(field.value) ? NO_HTML : row(field, { summary, homepage })))}</dl>
</article>
`;
}

/** What a package says of itself, in its own words. The first line of a long description is its summary. */
function row(
  { name, value }: PackageSummary['fields'][number],
  { summary, homepage }: Pick<PackageSummary, 'summary' | 'homepage'>,
): Html {
  const text = value.startsWith(`${summary}\n`) ? value.slice(summary.length + 1) : value;
  const shown = shorten(text, MAX_CHARACTERS);
  const address = value === homepage ? webAddress(homepage) : undefined;
  return address === undefined
    ? html`<dt>${name}<dd>${shown}\n`
    : html`<dt>${name}<dd><a href="${address}" rel="nofollow noopener noreferrer">${shown}</a>\n`;
}

/** All that is to be known of some packages: versions, sizes, dependencies, digests. */
import { formatSize } from '../core/quantities.ts';
import type { Format, PackageRecord, Relation } from '../formats/format.ts';
import { renderDocument } from './document.ts';
import { encodePath, type Html, html, NO_HTML, shorten, webAddress } from './html.ts';
import { type Assets, type PageFile, pageFile, type Sheet } from './page-files.ts';

/** Of one value: what a package says of itself may be a book. */
const MAX_CHARACTERS = 4000;

/** What pages need to know of a format. */
export type PageFormat = Pick<Format, 'summarise' | 'relations'>;

export interface LeafContext {
  /** The name of the repository. */
  readonly repository: string;
  readonly format: PageFormat;
  readonly assets: Assets;
}

/** @throws what `format` throws of records that it did not make */
export function renderSheet(sheet: Sheet, { repository, format, assets }: LeafContext): PageFile {
  const names = [...new Set([sheet.records[0]?.name ?? '', sheet.records.at(-1)?.name ?? ''])];
  const body = html`<header><p><a href="../index.html">${repository}</a></header>
<main class="sheet">
${sheet.records.map((record, index) => article(record, { index, format }))}</main>`;
  return pageFile(
    sheet.path,
    renderDocument({ title: `${names.join(' – ')} · ${repository}`, style: beside(assets.style), body }),
  );
}

/** The address of a file that lies in the same folder. */
export function beside({ path }: { readonly path: string }): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

function article(
  record: PackageRecord,
  { index, format }: { readonly index: number; readonly format: PageFormat },
): Html {
  const { summary, section, maintainer, homepage } = format.summarise(record);
  const { depends, recommends, conflicts, provides } = format.relations(record);
  const file = record.path.slice(record.path.lastIndexOf('/') + 1);
  const address = webAddress(homepage);
  const link = address === undefined ? row('Homepage', homepage) : homepageRow(homepage ?? address, address);
  return html`<article id="${index}">
<h2>${record.name} <small>${record.version}</small></h2>
<p>${shorten(summary, MAX_CHARACTERS)}</p>
<dl>
<dt>Architecture<dd>${record.architecture}
${row('Section', section)}${row('Depends', alternatives(depends))}${row('Recommends', alternatives(recommends))}${row('Conflicts', conflicts.map(relation).join(', '))}${row('Provides', provides.map(relation).join(', '))}${link}${row('Maintainer', maintainer)}<dt>File<dd><a href="../${encodePath(record.path)}">${file}</a>, ${formatSize(record.sizeBytes)}
<dt>SHA-256<dd><code>${record.sha256}</code>
</dl>
</article>
`;
}

function homepageRow(text: string, address: string): Html {
  const shown = shorten(text, MAX_CHARACTERS);
  return html`<dt>Homepage<dd><a href="${address}" rel="nofollow noopener noreferrer">${shown}</a>\n`;
}

function row(name: string, value: string | undefined): Html {
  return value === undefined || value === ''
    ? NO_HTML
    : html`<dt>${name}<dd>${shorten(value, MAX_CHARACTERS)}\n`;
}

function alternatives(groups: readonly (readonly Relation[])[]): string {
  return groups.map((group) => group.map(relation).join(' | ')).join(', ');
}

function relation({ name, operator, version, architecture }: Relation): string {
  const qualifier = architecture === undefined ? '' : `:${architecture}`;
  return `${name}${qualifier}${operator === undefined ? '' : ` (${operator} ${version ?? ''})`}`;
}

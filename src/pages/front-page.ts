/** The page of a repository: what it holds, how a machine gets its packages, who signs. */
import { formatCount, formatNumberOf } from '../core/quantities.ts';
import type { ClientInstructions } from '../formats/client-types.ts';
import { renderDocument } from './document.ts';
import { encodePath, type Html, html, NO_HTML } from './html.ts';
import { type Assets, type PageFile, pageFile } from './page-files.ts';
import { SETUP_SCRIPT } from './setup-script.ts';

/** Stands for the address of a store that has none: the script puts in that of the page. */
export const UNKNOWN_ADDRESS = 'https://your-server.example';

export interface FrontPage {
  readonly repository: string;
  /** What it is for, in a word: the format. */
  readonly format: string;
  /** What stands for the address of the repository in set-up lines, where nobody knows it. */
  readonly placeholder: string | undefined;
  readonly channels: readonly FrontChannel[];
  readonly signers: readonly { readonly fingerprint: string; readonly note: string | undefined }[];
  /** Of the public keys, below the repository's folder; undefined: nothing is signed. */
  readonly keyPath: string | undefined;
  /** A script that does all of it lies beside the page. */
  readonly hasScript: boolean;
  readonly rev: number;
  readonly dateMs: number;
}

export interface FrontChannel {
  readonly name: string;
  /** Undefined: clients cannot read the address. */
  readonly setup: Pick<ClientInstructions, 'script' | 'undo' | 'next' | 'variants'> | undefined;
  readonly runs: readonly FrontRun[];
}

/** The packages of one component and slot. */
export interface FrontRun {
  readonly component: string;
  readonly slot: string;
  readonly packages: number;
  /** The page that leads to them, below the repository's folder. */
  readonly path: string;
}

/** The name of the page, below the repository's folder. */
export const FRONT_PAGE = 'index.html';

export function renderFrontPage(page: FrontPage, assets: Assets): PageFile {
  const total = page.channels.flatMap(({ runs }) => runs).reduce((sum, { packages }) => sum + packages, 0);
  const date = new Date(page.dateMs).toISOString();
  const body = html`<header>
<h1>${page.repository}</h1>
<p>A repository for ${page.format} with ${formatNumberOf(total, 'package')}. Revision ${page.rev}, <time datetime="${date}">${date.slice(0, 10)}</time>.
</header>
<main${page.placeholder === undefined ? NO_HTML : html` data-address="${page.placeholder}"`}>
<section>
<h2>Set up</h2>
${page.channels.map((channel, index) => setup(channel, { isOpen: index === 0, isOnly: page.channels.length === 1 }))}${page.hasScript ? html`<p>Or all of it with <a href="${SETUP_SCRIPT}">${SETUP_SCRIPT}</a>: read it, then <code>sh ${SETUP_SCRIPT}</code>.</p>\n` : NO_HTML}</section>
<section id="packages">
<h2>Packages</h2>
<form role="search" hidden><label for="query">Search</label> <input id="query" type="search" autocomplete="off" autocapitalize="none" spellcheck="false" placeholder="Name or words"></form>
<p id="found" role="status" hidden></p>
<ul id="hits" class="packages" hidden></ul>
${page.channels.map(contents)}</section>
${keys(page)}</main>
<footer><p>Made by pakhus.</footer>`;
  const { style, script } = assets;
  const title = `${page.repository} · packages for ${page.format}`;
  return pageFile(FRONT_PAGE, renderDocument({ title, style: style.path, script: script.path, body }));
}

function setup(
  { name, setup: lines }: FrontChannel,
  { isOpen, isOnly }: { readonly isOpen: boolean; readonly isOnly: boolean },
): Html {
  if (lines === undefined)
    return html`<p>The address of <b>${name}</b> is one that its clients cannot read.</p>\n`;
  const { script, undo, next, variants } = lines;
  const more = html`${next.length === 0 ? NO_HTML : html`<p>Then:</p>\n${block(next.join('\n'))}`}<details><summary>Other ways, and how to take it back</summary>
${variants.map(({ title, text }) => html`<h3>${title}</h3>\n${block(text)}`)}<h3>Take it back</h3>
${block(undo)}</details>
`;
  const all = html`<p>As root, on the machine that is to install from <b>${name}</b>:</p>
${block(script)}${more}`;
  if (isOnly) return all;
  return html`<details class="channel"${isOpen ? html` open` : NO_HTML}><summary>${name}</summary>
${all}</details>
`;
}

/** Lines to be typed. */
function block(text: string): Html {
  return html`<div class="lines"><pre tabindex="0"><code>${text.trimEnd()}</code></pre></div>
`;
}

function contents({ name, runs }: FrontChannel): Html {
  if (runs.length === 0) return html`<p><b>${name}</b> is empty.</p>\n`;
  const rows = runs.map(
    ({ component, slot, packages, path }) =>
      html`<tr><td>${component}<td><a class="run" href="${encodePath(path)}" data-place="${name}/${component}">${slot}</a><td>${formatCount(packages)}\n`,
  );
  return html`<div class="table"><table>
<caption>${name}</caption>
<thead><tr><th scope="col">Component<th scope="col">Architecture<th scope="col">Packages
<tbody>
${rows}</table></div>
`;
}

function keys({ signers, keyPath }: FrontPage): Html {
  if (signers.length === 0 || keyPath === undefined)
    return html`<section>
<h2>Key</h2>
<p>Nothing here is signed.
</section>
`;
  const items = signers.map(
    ({ fingerprint, note }) =>
      html`<li><code>${fingerprint.replace(/(.{4})(?=.)/g, '$1 ')}</code>${note === undefined ? NO_HTML : html` (${note})`}\n`,
  );
  return html`<section>
<h2>Key</h2>
<p>What is here is signed by this key. Compare its fingerprint with one that you have from elsewhere. <a href="${encodePath(keyPath)}">Public key</a>
<ul class="keys">
${items}</ul>
</section>
`;
}

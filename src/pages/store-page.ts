/** The page at the root of a store: its repositories, and where to go from there. */
import { quote } from '../formats/shared/shell.ts';
import { MARK, renderDocument } from './document.ts';
import { FRONT_PAGE } from './front-page.ts';
import { encodePath, type Html, html, NO_HTML } from './html.ts';
import { SETUP_SCRIPT } from './setup-script.ts';
import { STYLE } from './style.ts';

export interface StorePage {
  /** Where clients reach the store, without a final slash; undefined: nobody knows. */
  readonly url: string | undefined;
  readonly repositories: readonly StoreRepository[];
}

export interface StoreRepository {
  readonly name: string;
  /** Its folder in the store. */
  readonly path: string;
  /** The program that installs from it. */
  readonly client: string;
  readonly channels: readonly string[];
  /** It has a page of its own. */
  readonly hasPage: boolean;
  /** The script beside this page sets machines up for it. */
  readonly hasScript: boolean;
  readonly signers: readonly { readonly fingerprint: string; readonly note: string | undefined }[];
  /** Names of its files of public keys, in {@link KEY_FOLDER}. */
  readonly keys: readonly string[];
}

/** Where public keys are, below the store. */
export const KEY_FOLDER = 'keys/';

/** The page is all in one file. */
export function renderStorePage({ url, repositories }: StorePage): string {
  const body = html`<header>
<h1>Packages</h1>
<p>${url === undefined ? NO_HTML : html`From <code>${url}</code>. `}Each repository below is for the program named with it.
</header>
<main>
${repositories.map((one) => section(one, url))}</main>
<footer><p>Made by pakhus.</footer>`;
  const title = url === undefined ? 'Packages' : `Packages · ${url.replace(/^[a-z]+:\/\//i, '')}`;
  return renderDocument({ title, style: { text: STYLE }, isMarked: true, body });
}

/** True for a page that {@link renderStorePage} made. */
export function isStorePage(text: string): boolean {
  return text.slice(0, 2000).includes(MARK.html);
}

/** Names of the files of keys that such a page leads to. */
export function keysOfStorePage(text: string): readonly string[] {
  return [...text.matchAll(/ href="keys\/([A-Za-z0-9._-]+)"/g)].flatMap(([, name]) => name ?? []);
}

function section(one: StoreRepository, url: string | undefined): Html {
  const { name, path, client, channels, hasPage, hasScript } = one;
  const title = hasPage ? html`<a href="${encodePath(`${path}/${FRONT_PAGE}`)}">${name}</a>` : html`${name}`;
  const word = channels.length === 1 ? 'Channel' : 'Channels';
  return html`<section>
<h2>${title}</h2>
<p>For <b>${client}</b>. ${word}: ${channels.join(', ')}.</p>
${hasScript && url !== undefined ? setupLine(url, one) : NO_HTML}${keys(one)}</section>
`;
}

/** Only to be read and typed: the page does nothing. */
function setupLine(url: string, { name, client }: StoreRepository): Html {
  const address = /^[A-Za-z0-9:/._~%+-]+$/.test(url) ? url : quote(url);
  // Devices with opkg have neither curl nor sudo.
  const line =
    client === 'opkg'
      ? `wget -qO- ${address}/${SETUP_SCRIPT} | sh -s -- ${name}`
      : `curl -fsSL ${address}/${SETUP_SCRIPT} | sudo sh -s -- ${name}`;
  return html`<p>Set a machine up; read <a href="${SETUP_SCRIPT}">${SETUP_SCRIPT}</a> first:</p>
<div class="lines"><pre tabindex="0"><code>${line}</code></pre></div>
`;
}

function keys({ signers, keys: files }: StoreRepository): Html {
  if (files.length === 0) return html`<p>Nothing in it is signed.</p>\n`;
  const links = files.map((file) => html`<a href="${KEY_FOLDER}${encodePath(file)}">${file}</a> `);
  const items = signers.map(
    ({ fingerprint, note }) =>
      html`<li><code>${fingerprint.replace(/(.{4})(?=.)/g, '$1 ')}</code>${note === undefined ? NO_HTML : html` (${note})`}\n`,
  );
  return html`<p>Public keys: ${links}</p>
<ul class="keys">
${items}</ul>
`;
}

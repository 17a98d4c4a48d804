/** What all pages have around what they say. */
import { hash } from 'node:crypto';
import { type Html, html } from './html.ts';

/** Nothing from elsewhere, no script and no style but the files beside the page, and nothing is sent anywhere. */
const policy = (style: string): string =>
  [
    "default-src 'none'",
    `style-src ${style}`,
    "script-src 'self'",
    "connect-src 'self'",
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');

/** Tells a marked page from one of somebody else. */
export const MARK: Html = { html: '<meta name="generator" content="pakhus">\n' };

export interface DocumentInput {
  readonly title: string;
  /** Addresses, from the page; a style may be in the page itself. */
  readonly style: string | { readonly text: string };
  readonly script?: string;
  /** Says that pakhus made it. */
  readonly isMarked?: boolean;
  readonly body: Html;
}

/** A whole page. */
export function renderDocument({ title, style, script, isMarked = false, body }: DocumentInput): string {
  const scripts = script === undefined ? html`` : html`<script type="module" src="${script}"></script>\n`;
  const isLink = typeof style === 'string';
  const allowed = isLink ? "'self'" : `'sha256-${hash('sha256', style.text, 'base64')}'`;
  // Not escaped: a browser takes what stands between these tags as it is.
  const sheet = isLink
    ? html`<link rel="stylesheet" href="${style}">`
    : { html: `<style>${style.text}</style>` };
  return html`<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy(allowed)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
${isMarked ? MARK : html``}<title>${title}</title>
<link rel="icon" href="data:,">
${sheet}
${scripts}${body}
</html>
`.html;
}

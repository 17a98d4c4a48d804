/** What all pages have around what they say. */
import { type Html, html } from './html.ts';

/** Nothing from elsewhere, no script and no style but the files beside the page, and nothing is sent anywhere. */
const POLICY = [
  "default-src 'none'",
  "style-src 'self'",
  "script-src 'self'",
  "connect-src 'self'",
  'img-src data:',
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

export interface DocumentInput {
  readonly title: string;
  /** Addresses, from the page. */
  readonly style: string;
  readonly script?: string;
  readonly body: Html;
}

/** A whole page. */
export function renderDocument({ title, style, script, body }: DocumentInput): string {
  const scripts = script === undefined ? html`` : html`<script type="module" src="${script}"></script>\n`;
  return html`<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${title}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="${style}">
${scripts}${body}
</html>
`.html;
}

/** Pages in Chromium: what scripts add, and that they look right where they are read. */
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type CliSession, createCliSession } from '../support/cli-session.ts';
import { createStaticServer, type StaticServer } from '../support/http-server.ts';
import { describeWith, lackOfTool } from '../support/skip.ts';

const CHROMIUM = '/usr/bin/chromium';
const TYPES: Readonly<Record<string, string>> = { html: 'text/html', css: 'text/css', js: 'text/javascript' };
const EVIL = '<img src=x onerror="document.title=1"> <script>document.title=2</script>';

describeWith('pages in Chromium', lackOfTool('chromium'), () => {
  let session: CliSession;
  let server: StaticServer;
  let browser: Browser;
  /** What the consoles said. */
  const said: string[] = [];

  beforeAll(async () => {
    session = await createCliSession();
    for (let i = 0; i < 30; i++)
      await session.deb({ name: `tool-${i}`, fields: { Description: `number ${i}` } });
    await session.deb({ name: 'evil', fields: { Description: EVIL, Homepage: 'javascript:alert(1)' } });
    await session.deb({ name: 'a-long-name-'.repeat(8).slice(0, -1), version: '1.0'.repeat(20) });
    await session.run('publish', '.', '--init');
    server = await createStaticServer(session.store);
    server.setHook((path) => ({
      kind: 'headers',
      headers: { 'content-type': TYPES[path.slice(path.lastIndexOf('.') + 1)] },
    }));
    // Without its own sandbox, which root cannot have.
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
  });
  afterAll(async () => {
    await browser.close();
    await server[Symbol.asyncDispose]();
    await session[Symbol.asyncDispose]();
  });

  const open = async (options: BrowserContextOptions = {}): Promise<Page> => {
    const context = await browser.newContext({ viewport: { width: 360, height: 740 }, ...options });
    const page = await context.newPage();
    page.on('console', (message) => said.push(message.text()));
    page.on('pageerror', (error) => said.push(error.message));
    await page.goto(`${server.url}/deb/index.html`);
    return page;
  };

  test('set-up lines have the address of the page, and are copied as they are', async () => {
    const page = await open({ permissions: ['clipboard-read', 'clipboard-write'] });
    await page.getByRole('button', { name: 'Copy' }).first().click();
    await page.getByRole('button', { name: 'Copied' }).waitFor();
    const copied = await page.evaluate('navigator.clipboard.readText()');
    expect(copied).toBe(`${await page.locator('pre').first().textContent()}\n`);
    expect(copied).toContain(`URIs: ${server.url}/deb'`);
    await page.context().close();
  });

  test('the search finds names first, then words, and leads to the package', async () => {
    const page = await open();
    await page.getByRole('searchbox').fill('tool-7');
    await page.getByText('1 found.').waitFor();
    await page.locator('#hits a').click();
    expect(await page.locator('article:target h2').textContent()).toContain('tool-7');
    await page.goBack();
    await page.getByRole('searchbox').fill('number 2');
    await page.getByText('12 found.').waitFor();
    await page.getByRole('searchbox').fill('no such thing');
    await page.getByText('Nothing found.').waitFor();
    await page.context().close();
  });

  test('what a package says is text, in the search as well', async () => {
    const page = await open();
    await page.getByRole('searchbox').fill('evil');
    await page.getByText('1 found.').waitFor();
    expect(await page.locator('#hits img, #hits script').count()).toBe(0);
    await page.locator('#hits a').click();
    expect(await page.locator('article:target p').textContent()).toContain('<script>');
    expect(await page.locator('a[href^="javascript"]').count()).toBe(0);
    expect(await page.title()).not.toMatch(/^[12]$/);
    await page.context().close();
  });

  test('without scripts every package is two links away', async () => {
    const page = await open({ javaScriptEnabled: false });
    await page.getByRole('link', { name: 'amd64', exact: true }).click();
    await page.getByRole('link', { name: 'tool-3', exact: true }).click();
    expect(await page.getByRole('heading', { name: 'tool-3 1.0' }).count()).toBe(1);
    await page.context().close();
  });

  test.each([360, 1200])('%i pixels wide, nothing has to be scrolled sideways', async (width) => {
    const page = await open({ viewport: { width, height: 740 } });
    for (const link of [undefined, 'a.run', '.packages a']) {
      if (link !== undefined) await page.locator(link).first().click();
      // With its style.
      await page.waitForLoadState();
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
    }
    await page.context().close();
  });

  test('light and dark follow the reader', async () => {
    const colours = new Set<unknown>();
    for (const colorScheme of ['light', 'dark'] as const) {
      const page = await open({ colorScheme });
      colours.add(await page.evaluate('getComputedStyle(document.body).backgroundColor'));
      await page.context().close();
    }
    expect(colours.size).toBe(2);
  });

  test('no page had anything to complain of', () => {
    expect(said).toEqual([]);
  });
});

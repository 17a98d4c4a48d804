import { hash } from 'node:crypto';
import { expect, test } from 'vitest';
import { isStorePage, keysOfStorePage, renderStorePage, type StoreRepository } from './store-page.ts';

const TOOLS: StoreRepository = {
  name: 'tools',
  path: 'apt/tools',
  client: 'apt',
  channels: ['stable', 'testing'],
  hasPage: true,
  hasScript: true,
  signers: [{ fingerprint: 'ab'.repeat(20), note: 'arriving' }],
  keys: ['tools.asc', 'tools.gpg'],
};
const URL = 'https://packages.example.org';

test('a repository is shown with its page, its channels, a line to set up, and its keys', () => {
  const page = renderStorePage({ url: URL, repositories: [TOOLS] });
  expect(page).toContain('<h2><a href="apt/tools/index.html">tools</a></h2>');
  expect(page).toContain('For <b>apt</b>. Channels: stable, testing.');
  expect(page).toContain(
    '<code>curl -fsSL https://packages.example.org/setup.sh | sudo sh -s -- tools</code>',
  );
  expect(page).toContain('<code>abab abab abab abab abab abab abab abab abab abab</code> (arriving)');
  expect(keysOfStorePage(page)).toEqual(TOOLS.keys);
  expect(isStorePage(page)).toBe(true);
});

test('without an address there is no line to type, and without a page no link', () => {
  const page = renderStorePage({ url: undefined, repositories: [{ ...TOOLS, hasPage: false }] });
  expect(page).toContain('<h2>tools</h2>');
  expect(page).not.toContain('setup.sh');
});

test('nothing in names, addresses and channels becomes markup', () => {
  const evil = '"><script>alert(1)</script>';
  const one = { ...TOOLS, name: evil, path: evil, client: evil, channels: [evil], keys: [evil] };
  const signers = [{ fingerprint: evil, note: evil }];
  const page = renderStorePage({ url: `https://x/${evil}`, repositories: [{ ...one, signers }] });
  expect(page).not.toContain('<script');
  expect(page).not.toContain('""');
  expect(keysOfStorePage(page)).toEqual([]);
});

test('the policy allows the style of the page and nothing else', () => {
  const page = renderStorePage({ url: URL, repositories: [TOOLS] });
  const style = /<style>(.*)<\/style>/s.exec(page)?.[1] ?? '';
  expect(page.replaceAll('&#39;', "'")).toContain(`style-src 'sha256-${hash('sha256', style, 'base64')}'`);
});

test('a page of somebody else is none', () => {
  expect(isStorePage('<!doctype html><title>Ours</title><meta name="generator" content="hugo">')).toBe(false);
});

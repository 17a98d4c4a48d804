import { describe, expect, test } from 'vitest';
import { createUrlReader } from '../../upstream/url-reader.ts';
import { addressOf, siteOf } from './site.ts';

const DEFAULT = { source: 'default' } as const;
const REPOSITORY = { name: 'tools', path: 'apt/tools' };
const read = createUrlReader();

function site(config: { readonly url?: string; readonly state?: string }, url?: string) {
  const { url: configured, state } = config;
  const where = {
    url: { value: configured, origin: DEFAULT },
    state: { value: state, origin: DEFAULT },
    store: { value: '/srv/public', origin: DEFAULT },
  };
  return siteOf(REPOSITORY, { config: where, read, url });
}

test('the configured URL, or the one that was given', () => {
  expect(site({ url: 'https://example.org' })).toMatchObject({
    url: 'https://example.org/apt/tools',
    isHttp: true,
  });
  expect(site({ url: 'https://example.org' }, 'file:///srv/copy/')).toMatchObject({
    url: 'file:///srv/copy/apt/tools',
    isHttp: false,
  });
});

test('without a URL there is nothing to look at', () => {
  expect(() => site({})).toThrow(
    expect.objectContaining({ code: 'CONFIG_INVALID', hint: expect.stringContaining('--url') }),
  );
});

describe('where the state would be found', () => {
  test.each([
    [undefined, 'https://example.org/.pakhus/tools'],
    ['/srv/public/ledger', 'https://example.org/ledger/tools'],
    ['/srv/ledger', undefined],
    ['/srv/public-ledger', undefined],
    ['s3://bucket/ledger', undefined],
  ])('state: %s', (state, expected) => {
    const config = state === undefined ? {} : { state };
    expect(site({ url: 'https://example.org', ...config }).stateUrl).toBe(expected);
  });
});

test('addresses are what apt asks for', () => {
  const path = 'pool/main/g/g++/g++_1:2.0~rc1+b1_amd64.deb';
  expect(addressOf({ url: 'https://example.org/deb' }, path)).toBe(
    'https://example.org/deb/pool/main/g/g%2b%2b/g%2b%2b_1%3a2.0%7erc1%2bb1_amd64.deb',
  );
});

import { describe, expect, test } from 'vitest';
import { encodePath, html, shorten, webAddress } from './html.ts';

describe('html', () => {
  test.each([
    ['<script>alert(1)</script>', '&lt;script&gt;alert(1)&lt;/script&gt;'],
    ['" onload="x', '&quot; onload=&quot;x'],
    ["a' b & c", 'a&#39; b &amp; c'],
    ['a\0b\x1bc\x85d', 'a\ufffdb\ufffdc\ufffdd'],
    ['deb.\u202egnp', 'deb.\ufffdgnp'],
    ['two\nlines\tand a tab', 'two\nlines\tand a tab'],
    ['Grüße 你好', 'Grüße 你好'],
  ])('puts text in escaped: %j', (text, expected) => {
    expect(html`<p title="${text}">${text}`.html).toBe(`<p title="${expected}">${expected}`);
  });

  test('puts pieces and lists of them in as they are', () => {
    expect(html`<ul>${['a', '<b>'].map((item) => html`<li>${item}`)}</ul>${3}`.html).toBe(
      '<ul><li>a<li>&lt;b&gt;</ul>3',
    );
  });
});

test.each([
  ['https://example.org/a?b=c', 'https://example.org/a?b=c'],
  ['HTTP://example.org', 'http://example.org/'],
  ['javascript:alert(1)', undefined],
  [' javascript:alert(1)//http://', undefined],
  ['data:text/html,x', undefined],
  ['https://', undefined],
  ['https://example.org/"onclick="x', 'https://example.org/%22onclick=%22x'],
  [undefined, undefined],
])('webAddress(%j)', (text, expected) => {
  expect(webAddress(text)).toBe(expected);
});

test('paths become parts of addresses', () => {
  expect(encodePath('pool/lib+x/a#b?c_1:2~3%.deb')).toBe('pool/lib%2Bx/a%23b%3Fc_1%3A2~3%25.deb');
});

test('long text is cut, and never within a character', () => {
  expect(shorten('short', 5)).toBe('short');
  expect(shorten('longer', 5)).toBe('long…');
  expect(shorten('abc🙂🙂', 5)).toBe('abc\ufffd…');
});

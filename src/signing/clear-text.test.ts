import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createGnuPg } from '../../tests/support/gnupg.ts';
import { describeWith, lackOfTools } from '../../tests/support/skip.ts';
import { frameClear, signedForm, splitClear } from './clear-text.ts';

const SIGNATURE = '-----BEGIN PGP SIGNATURE-----\n\nAAAA\n-----END PGP SIGNATURE-----\n';

const bytes = (text: string) => Buffer.from(text);
const refuse = (why: string) => new Error(why);
const split = (message: string) => splitClear(bytes(message), refuse);
const message = (body: string, { headers = 'Hash: SHA512\n', signature = SIGNATURE } = {}) =>
  `-----BEGIN PGP SIGNED MESSAGE-----\n${headers}\n${body}${signature}`;

describe('what is signed', () => {
  test.each([
    ['lines are joined by CR LF, the last line end is left out', 'A\nB\n', 'A\r\nB'],
    ['blanks at the end of a line do not count', 'A: \t \nB\n', 'A:\r\nB'],
    ['blanks elsewhere do', ' A  B\n', ' A  B'],
    ['empty lines do', 'A\n\n\n', 'A\r\n\r\n'],
    ['letters beyond ASCII stay bytes', 'é\n', 'é'],
  ])('%s', (_name, text, signed) => {
    expect(Buffer.from(signedForm(bytes(text))).toString()).toBe(signed);
  });

  test.each([
    ['no line end at the end', 'A', 'does not end with a line end'],
    ['nothing', '', 'does not end with a line end'],
    ['a carriage return', 'A\r\n', 'control character 0xd'],
    ['a NUL', 'A\0\n', 'control character 0x0'],
    ['a form feed, which apt takes for a blank', 'A\f\n', 'control character 0xc'],
  ])('%s is refused', (_name, text, why) => {
    expect(() => signedForm(bytes(text))).toThrow(why);
  });

  test('a long run of blanks costs no more than its length', () => {
    expect(signedForm(bytes(`${' '.repeat(4_000_000)}x\n`)).length).toBe(4_000_001);
  });
});

describe('the frame', () => {
  test('the text stands in it as it was given, with dashes escaped', () => {
    const framed = frameClear(bytes('Origin: x \n-dash\n- dash\n\n'), {
      signature: SIGNATURE,
      hashes: ['SHA512', 'SHA256', 'SHA512'],
    });
    expect(Buffer.from(framed).toString()).toBe(
      message('Origin: x \n- -dash\n- - dash\n\n', { headers: 'Hash: SHA512,SHA256\n' }),
    );
  });

  test('what is read from a frame is what was signed', () => {
    const line = fc.string({
      unit: fc.constantFrom('a', '-', ' ', '\t', ':', 'é', '-----BEGIN PGP SIGNATURE-----'),
    });
    fc.assert(
      fc.property(fc.array(line), (lines) => {
        const text = bytes(`${lines.join('\n')}\n`);
        const parts = splitClear(frameClear(text, { signature: SIGNATURE, hashes: ['SHA512'] }), refuse);
        expect(Buffer.from(parts.signed)).toEqual(Buffer.from(signedForm(text)));
        expect(parts.signature).toBe(SIGNATURE);
      }),
    );
  });
});

describe('taking a message apart', () => {
  test.each([
    ['without a Hash header', message('A\n', { headers: '' }), 'A\n'],
    ['with two Hash headers', message('A\n', { headers: 'Hash: SHA1\nHash: SHA512\n' }), 'A\n'],
    ['with Windows line ends', message('A\nB\n').replaceAll('\n', '\r\n'), 'A\nB\n'],
    ['with every line escaped, empty ones too', message('- A\n- \n- - B\n'), 'A\n\n- B\n'],
    ['with blanks that are not signed', message('A \t\nB\n'), 'A\nB\n'],
    ['with empty lines at its end', `${message('A\n')}\n\n`, 'A\n'],
    ['without its last line end', message('A\n').trimEnd(), 'A\n'],
    ['with an empty text', message(''), ''],
  ])('%s', (_name, text, expected) => {
    expect(Buffer.from(split(text).text).toString()).toBe(expected);
  });

  test.each([
    ['no message', 'Origin: x\n', 'does not begin with'],
    ['something before it', `\n${message('A\n')}`, 'does not begin with'],
    ['something after it', `${message('A\n')}Origin: evil\n`, 'something follows'],
    ['blanks after it', `${message('A\n')} \n`, 'something follows'],
    ['a second signature block', `${message('A\n')}${SIGNATURE}`, 'something follows'],
    ['a second message', message('A\n') + message('B\n'), 'something follows'],
    ['another header', message('A\n', { headers: 'Hash: SHA512\nOrigin: evil\n' }), 'more than Hash lines'],
    ['text among the headers', message('', { headers: 'NotDashEscaped: yes\n' }), 'more than Hash lines'],
    ['headers that do not end', '-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512', 'more than Hash lines'],
    ['no signature', message('A\n', { signature: '' }), 'no complete signature'],
    [
      'a signature that does not end',
      message('A\n', { signature: '-----BEGIN PGP SIGNATURE-----\n' }),
      'no complete',
    ],
    ['an unescaped dash', message('-A\n'), 'unescaped dash'],
    ['a message inside', message('-----BEGIN PGP SIGNED MESSAGE-----\n'), 'unescaped dash'],
    ['a carriage return in a line', message('A\rB\n'), 'carriage return'],
    ['a NUL in a line', message('A\0B\n'), 'NUL'],
    ['nothing at all', '', 'does not begin with'],
  ])('%s is refused', (_name, text, why) => {
    expect(() => split(text)).toThrow(why);
  });
});

describeWith('the clear-signed messages of gpg', lackOfTools('gpg'), () => {
  test('are read as what gpg was given, but for blanks at line ends', async () => {
    await using gnupg = await createGnuPg();
    await gnupg.makeKey({ algorithm: 'ed25519' });
    const text = 'Origin: x\n-dash\n- - dash\n\ntrailing \t\n\n';
    const signed = await gnupg.gpg(['--clearsign'], text);
    expect(Buffer.from(split(signed).text).toString()).toBe(text.replace(' \t', ''));
  });
});

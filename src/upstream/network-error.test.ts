import { expect, test } from 'vitest';
import { networkError, safeUrl } from './network-error.ts';

const systemError = (code: string, message = code): Error => Object.assign(new Error(message), { code });

test.each([
  ['ENOTFOUND', 'dns', 'there is no host example.org (DNS)'],
  ['EAI_AGAIN', 'dns', 'example.org cannot be looked up now: the name server does not answer'],
  ['ECONNREFUSED', 'refused', 'example.org:8443 refuses the connection'],
  ['EHOSTUNREACH', 'unreachable', 'there is no way to example.org:8443'],
  ['ETIMEDOUT', 'timeout', 'no answer came in time'],
  ['ECONNRESET', 'cut', 'the connection was cut before the answer was whole'],
  ['CERT_HAS_EXPIRED', 'tls', 'TLS does not work: CERT_HAS_EXPIRED'],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'tls', 'TLS does not work: DEPTH_ZERO_SELF_SIGNED_CERT'],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'tls', 'TLS does not work: UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'tls', 'TLS does not work: ERR_TLS_CERT_ALTNAME_INVALID'],
  ['HPE_INVALID_CONSTANT', 'protocol', 'the answer is no HTTP: HPE_INVALID_CONSTANT'],
  ['EMFILE', 'other', 'EMFILE'],
])('%s is %s', (code, reason, why) => {
  expect(networkError('https://example.org:8443/a', systemError(code))).toMatchObject({
    code: 'NETWORK_FAILED',
    message: `https://example.org:8443/a: ${why}`,
    hint: expect.any(String),
    details: { url: 'https://example.org:8443/a', reason },
  });
});

test('of several addresses that were tried, the first says why', () => {
  const cause = new AggregateError([systemError('ECONNREFUSED'), systemError('ENETUNREACH')]);
  expect(networkError('http://example.org/', cause).details).toMatchObject({ reason: 'refused' });
});

test.each([
  ['https://user:secret@example.org:8443/a%2bb?token=secret#part', 'https://example.org:8443/a%2bb?…'],
  ['http://example.org', 'http://example.org/'],
  ['file:///srv/a%20b', 'file:///srv/a%20b'],
])('%s is shown as %s', (url, shown) => {
  expect(safeUrl(url)).toBe(shown);
});

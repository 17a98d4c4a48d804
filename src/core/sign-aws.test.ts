import { expect, test } from 'vitest';
import { sha256Hex } from './digest.ts';
import { createAwsSigner } from './sign-aws.ts';

/** The account and the day of the test suite that AWS published for Signature Version 4. */
const SUITE = {
  accessKeyId: 'AKIDEXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
  region: 'us-east-1',
  service: 'service',
};
const DAY_OF_SUITE = Date.UTC(2015, 7, 30, 12, 36);
const URL_OF_SUITE = new URL('https://example.amazonaws.com/');

test.each([
  ['get-vanilla', 'GET', '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31'],
  ['post-vanilla', 'POST', '5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b'],
])('%s of the test suite of AWS', (_name, method, signature) => {
  const request = { method, url: URL_OF_SUITE, headers: {}, sha256: sha256Hex('') };
  expect(createAwsSigner(SUITE)(request, DAY_OF_SUITE)).toEqual({
    'x-amz-date': '20150830T123600Z',
    authorization:
      'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, ' +
      `SignedHeaders=host;x-amz-date, Signature=${signature}`,
  });
});

test('the token of a session is sent and signed', () => {
  const sign = createAwsSigner({ ...SUITE, sessionToken: 'token' });
  const request = { method: 'POST', url: URL_OF_SUITE, headers: {}, sha256: sha256Hex('x') };
  const { authorization, ...headers } = sign(request, DAY_OF_SUITE);
  expect(headers).toEqual({ 'x-amz-date': '20150830T123600Z', 'x-amz-security-token': 'token' });
  expect(authorization).toContain('SignedHeaders=host;x-amz-date;x-amz-security-token,');
});

test('headers are signed in their order, with single spaces, and sent as they are', () => {
  const sign = createAwsSigner(SUITE);
  const request = { method: 'GET', url: URL_OF_SUITE, sha256: sha256Hex('') };
  const headers = { 'my-header2': ' "a   b   c"', 'my-header1': ' value1' };
  expect(sign({ ...request, headers }, DAY_OF_SUITE)).toEqual({
    ...headers,
    'x-amz-date': '20150830T123600Z',
    authorization:
      'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, ' +
      'SignedHeaders=host;my-header1;my-header2;x-amz-date, ' +
      'Signature=acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736',
  });
});

test('the next day has another key', () => {
  const sign = createAwsSigner(SUITE);
  const request = { method: 'GET', url: URL_OF_SUITE, headers: {}, sha256: sha256Hex('') };
  const nextDay = DAY_OF_SUITE + 24 * 3600 * 1000;
  sign(request, DAY_OF_SUITE);
  expect(sign(request, nextDay)).toEqual(createAwsSigner(SUITE)(request, nextDay));
});

import { expect, test } from 'vitest';
import { signAwsRequest } from './sign-aws.ts';

/** The account and the day of the test suite that AWS published for Signature Version 4. */
const SUITE = {
  accessKeyId: 'AKIDEXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
  region: 'us-east-1',
  service: 'service',
  dateMs: Date.UTC(2015, 7, 30, 12, 36),
};
const URL_OF_SUITE = new URL('https://example.amazonaws.com/');

test.each([
  ['get-vanilla', 'GET', '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31'],
  ['post-vanilla', 'POST', '5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b'],
])('%s of the test suite of AWS', (_name, method, signature) => {
  expect(signAwsRequest({ method, url: URL_OF_SUITE, body: '' }, SUITE)).toEqual({
    'x-amz-date': '20150830T123600Z',
    authorization:
      'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, ' +
      `SignedHeaders=host;x-amz-date, Signature=${signature}`,
  });
});

test('the token of a session is sent and signed', () => {
  const { authorization, ...headers } = signAwsRequest(
    { method: 'POST', url: URL_OF_SUITE, body: 'x' },
    { ...SUITE, sessionToken: 'token' },
  );
  expect(headers).toEqual({ 'x-amz-date': '20150830T123600Z', 'x-amz-security-token': 'token' });
  expect(authorization).toContain('SignedHeaders=host;x-amz-date;x-amz-security-token,');
});

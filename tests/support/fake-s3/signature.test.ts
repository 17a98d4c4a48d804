import { expect, test } from 'vitest';
import { presign, signHeaders } from './sign-request.ts';

/** The examples of the S3 reference, "Authenticating Requests (AWS Signature Version 4)". */
const SIGNER = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  region: 'us-east-1',
  nowMs: Date.parse('2013-05-24T00:00:00Z'),
};
const BUCKET = 'https://examplebucket.s3.amazonaws.com';

test.for([
  [
    'a get of a range',
    { method: 'GET', url: `${BUCKET}/test.txt`, headers: { range: 'bytes=0-9' } },
    'f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
  ],
  [
    'a query without a value',
    { method: 'GET', url: `${BUCKET}/?lifecycle` },
    'fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543',
  ],
  [
    'a list',
    { method: 'GET', url: `${BUCKET}/?max-keys=2&prefix=J` },
    '34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7',
  ],
] as const)('%s is signed as the reference says', ([_, request, signature]) => {
  expect(signHeaders(request, SIGNER)['authorization']).toContain(`Signature=${signature}`);
});

test('a presigned get is signed as the reference says', () => {
  expect(
    presign({ method: 'GET', url: `${BUCKET}/test.txt` }, { ...SIGNER, expiresSeconds: 86_400 }),
  ).toContain('X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404');
});

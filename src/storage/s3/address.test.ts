import { GetObjectCommand, ListObjectsV2Command, S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import { expect, test } from 'vitest';
import { learnAddress } from './address.ts';

/** A client that nobody answers. */
function clientOf(config: S3ClientConfig): S3Client {
  const handle = () => Promise.reject(new Error('no network'));
  const credentials = { accessKeyId: 'test:tester', secretAccessKey: 'secret' };
  return new S3Client({ credentials, maxAttempts: 1, requestHandler: { handle }, ...config });
}

test.each<[S3ClientConfig, string]>([
  [{ region: 'eu-west-1' }, 'https://packages.s3.eu-west-1.amazonaws.com'],
  [{ region: 'cn-north-1' }, 'https://packages.s3.cn-north-1.amazonaws.com.cn'],
  [
    { region: 'eu-west-1', useDualstackEndpoint: true },
    'https://packages.s3.dualstack.eu-west-1.amazonaws.com',
  ],
  [
    { region: 'auto', endpoint: 'http://127.0.0.1:7480', forcePathStyle: true },
    'http://127.0.0.1:7480/packages',
  ],
  [
    { region: 'x', endpoint: 'https://example.org/s3/', forcePathStyle: true },
    'https://example.org/s3/packages',
  ],
])('with %j it is where the SDK sends its requests', async (config, base) => {
  const client = clientOf(config);
  const address = learnAddress(client);
  const ask = { Bucket: 'packages', Key: "deb/pool/a+b ü!'()*~%2F.deb" };
  await expect(client.send(new ListObjectsV2Command(ask))).rejects.toThrow('no network');
  expect(address()).toBeUndefined();
  await expect(client.send(new GetObjectCommand(ask))).rejects.toThrow('no network');
  expect(address()).toEqual({ base, region: config.region });
});

test('it is not known where requests are signed for all regions', async () => {
  const client = clientOf({ region: 'eu-west-1' });
  const address = learnAddress(client);
  const Bucket = 'arn:aws:s3::123456789012:accesspoint/mfzwi23gnjvgw.mrap';
  await expect(client.send(new GetObjectCommand({ Bucket, Key: 'a' }))).rejects.toThrow();
  expect(address()).toBeUndefined();
});

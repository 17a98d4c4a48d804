import { describe, expect, test } from 'vitest';
import { parseS3Location } from './location.ts';

const AWS = { region: undefined, endpoint: undefined, pathStyle: false, acl: undefined, plusTwins: true };
const OTHER = { region: 'us-east-1', pathStyle: true, acl: undefined, plusTwins: false };

describe('what a location says', () => {
  test.each([
    ['s3://packages', { ...AWS, name: 's3://packages', bucket: 'packages', prefix: '' }],
    ['s3://packages/', { ...AWS, name: 's3://packages', bucket: 'packages', prefix: '' }],
    [
      'S3://packages//apt/deb/',
      { ...AWS, name: 's3://packages/apt/deb', bucket: 'packages', prefix: 'apt/deb' },
    ],
    ['s3://packages/a%20b', { ...AWS, name: 's3://packages/a%20b', bucket: 'packages', prefix: 'a%20b' }],
    [
      's3://packages?region=eu-west-1&acl=public-read&plus=plain',
      { ...AWS, region: 'eu-west-1', acl: 'public-read', plusTwins: false },
    ],
    ['s3://a.b.c', { ...AWS, bucket: 'a.b.c', pathStyle: true }],
    [
      's3://packages?endpoint=https://s3.dualstack.eu-west-1.amazonaws.com',
      { pathStyle: false, plusTwins: true },
    ],
    ['s3://packages?endpoint=http://127.0.0.1:9000/', { ...OTHER, endpoint: 'http://127.0.0.1:9000' }],
    [
      's3://packages?endpoint=https%3A%2F%2Fx.example%2Fs3&pathStyle=false',
      { ...OTHER, endpoint: 'https://x.example/s3', pathStyle: false },
    ],
    [
      's3://packages?endpoint=https://x.example&plus=twin',
      { ...OTHER, endpoint: 'https://x.example', plusTwins: true },
    ],
    ['s3://packages?endpoint=https://amazonaws.com.example', { plusTwins: false }],
  ])('%s', (location, expected) => {
    expect(parseS3Location(location)).toMatchObject(expected);
  });

  test('the environment says what it leaves out', () => {
    const env = {
      AWS_ENDPOINT_URL: 'https://all.example',
      AWS_ENDPOINT_URL_S3: 'https://s3.example',
      AWS_REGION: 'here',
      AWS_DEFAULT_REGION: 'there',
    };
    expect(parseS3Location('s3://packages', env)).toMatchObject({
      endpoint: 'https://s3.example',
      region: 'here',
    });
    expect(parseS3Location('s3://packages?endpoint=https://x.example&region=eu', env)).toMatchObject({
      endpoint: 'https://x.example',
      region: 'eu',
    });
    expect(parseS3Location('s3://packages', { AWS_REGION: '', AWS_DEFAULT_REGION: 'there' })).toMatchObject({
      region: 'there',
    });
  });
});

describe('what is none: CONFIG_INVALID, and no secret in its words', () => {
  test.each([
    ['s3:packages', 'no name of a bucket'],
    ['s3://', 'no name of a bucket'],
    ['s3://a', 'no name of a bucket'],
    ['s3://pack ages', 'no name of a bucket'],
    ['s3://packages#apt', 'no name of a bucket'],
    ['s3://packages--use1-az4--x-s3', 'lists its objects in no order'],
    ['s3://AKIA:secret@packages', 'Credentials come from'],
    ['s3://packages/../etc', 'segment'],
    ['s3://packages/a//b', 'segment'],
    ['s3://packages?colour=secret', 'no parameter "colour"'],
    ['s3://packages?region=', 'region is empty'],
    ['s3://packages?region=a&region=b', 'twice'],
    ['s3://packages?pathStyle=yes', 'none of true, false'],
    ['s3://packages?acl=public-read-write', 'none of public-read'],
    ['s3://packages?endpoint=localhost:9000', 'begins with https:// or http://'],
    ['s3://packages?endpoint=https://user:secret@x.example', 'more than a host'],
    ['s3://packages?endpoint=https://x.example%3Ftoken%3Dsecret', 'more than a host'],
  ])('%s', (location, why) => {
    const parse = () => parseS3Location(location);
    expect(parse).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID', exitCode: 2 }));
    try {
      parse();
    } catch (error) {
      const { message, hint } = error as { message: string; hint: string };
      expect(`${message} ${hint}`).toContain(why);
      expect(`${message} ${hint}`).not.toContain('secret');
    }
  });
});

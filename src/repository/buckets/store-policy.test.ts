/** Policies as they are written; what they allow is tried in tests/buckets. */

import { writeFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { createTempDir } from '../../../tests/support/temp.ts';
import { loadConfig } from '../../config/load-config.ts';
import { type Role, storePolicy } from './store-policy.ts';

async function policyOf(role: Role, lines: readonly string[], name?: string) {
  await using dir = await createTempDir('policy');
  await writeFile(`${dir.path}/pakhus.yaml`, lines.join('\n'));
  const config = await loadConfig({ cwd: dir.path, env: {}, home: dir.path });
  return storePolicy(config, { role, name, env: {} });
}

async function resourcesOf(role: Role, lines: readonly string[], name?: string) {
  const { policy } = await policyOf(role, lines, name);
  return policy.Statement.map(({ Effect, Action, Resource, NotResource, Condition }) => [
    `${Effect} ${Action.map((action) => action.slice(3)).join(' ')}`,
    ...(Resource ?? []),
    ...(NotResource ?? []).map((one) => `not ${one}`),
    ...(Condition === undefined ? [] : [JSON.stringify(Condition)]),
  ]);
}

const CI = 'proposers: { ci: { actions: [add], to: [tools/testing, "*/nightly"] } }';
const TOOLS = 'repositories: { tools: { format: deb }, web: { format: deb, path: a/b } }';

describe('readers', () => {
  test('read the whole bucket but the state', async () => {
    expect(await resourcesOf('reader', ['store: s3://pub'])).toEqual([
      ['Allow GetObject', 'not arn:aws:s3:::pub/.pakhus/*'],
    ]);
  });

  test('get 404 for what is not there where no list can tell names of the state', async () => {
    expect(await resourcesOf('reader', ['store: s3://pub', 'state: s3://private'])).toEqual([
      ['Allow GetObject', 'arn:aws:s3:::pub/*'],
      ['Allow ListBucket', 'arn:aws:s3:::pub'],
    ]);
  });

  test('of a folder read the repositories in it, and nothing else of the bucket', async () => {
    expect(await resourcesOf('reader', ['store: s3://pub/apt?region=x', TOOLS])).toEqual([
      [
        'Allow GetObject',
        ...['index.html', 'setup.sh', 'keys/*', 'tools/*', 'a/b/*'].map(
          (path) => `arn:aws:s3:::pub/apt/${path}`,
        ),
      ],
    ]);
    expect(await resourcesOf('reader', ['store: s3://pub/apt', 'state: s3://pub/ledger'])).toEqual([
      ['Allow GetObject', 'arn:aws:s3:::pub/apt/*'],
    ]);
  });
});

describe('committers', () => {
  test('of two buckets, and with an ACL', async () => {
    expect(
      await resourcesOf('committer', ['store: s3://pub/apt?acl=public-read', 'state: s3://private']),
    ).toEqual([
      ['Allow ListBucket', 'arn:aws:s3:::pub', 'arn:aws:s3:::private'],
      [
        'Allow GetObject PutObject DeleteObject AbortMultipartUpload',
        'arn:aws:s3:::pub/apt/*',
        'arn:aws:s3:::private/*',
      ],
      ['Allow PutObjectAcl', 'arn:aws:s3:::pub/apt/*'],
      ['Deny DeleteObject', 'arn:aws:s3:::private/*/log/*'],
      ['Deny PutObject', 'arn:aws:s3:::private/*/log/*', '{"Null":{"s3:if-none-match":"true"}}'],
    ]);
  });

  test('of another provider than AWS, which does not know how a write was meant', async () => {
    const statements = await resourcesOf('committer', ['store: s3://pub?endpoint=https://s3.example.org']);
    expect(statements.map(([first]) => first)).toEqual([
      'Allow ListBucket',
      'Allow GetObject PutObject DeleteObject AbortMultipartUpload',
      'Deny DeleteObject',
    ]);
  });

  test('of a folder whose name has characters of patterns', async () => {
    const [, write] = await resourcesOf('committer', ['store: "s3://pub/a*b"']);
    expect(write?.[1]).toMatch(/pub\/a\$\{\*\}b\/\*$/);
  });
});

describe('proposers', () => {
  test('have an inbox in each repository that their rules name', async () => {
    const [, , create] = await resourcesOf('proposer', ['store: s3://pub', TOOLS, CI], 'ci');
    expect(create).toEqual([
      'Allow PutObject',
      'arn:aws:s3:::pub/.pakhus/tools/inbox/ci/*',
      'arn:aws:s3:::pub/.pakhus/web/inbox/ci/*',
      '{"Null":{"s3:if-none-match":"false"}}',
    ]);
    const [, , apart] = await resourcesOf('proposer', ['store: s3://pub', 'state: s3://private/x', CI], 'ci');
    expect(apart).toContain('arn:aws:s3:::private/x/tools/inbox/ci/*');
  });

  test('of another account let the owner of the bucket read what they propose', async () => {
    const shared = 'store: s3://pub?endpoint=https://s3.example.org&acl=bucket-owner-full-control';
    expect(await resourcesOf('proposer', [shared, CI], 'ci')).toContainEqual([
      'Allow PutObjectAcl',
      'arn:aws:s3:::pub/.pakhus/tools/inbox/ci/*',
    ]);
  });

  test.each([
    ['without a name', ['store: s3://pub'], undefined, 'CLI_USAGE'],
    ['that nobody knows', ['store: s3://pub'], 'ci', 'CONFIG_INVALID'],
    [
      'of any repository, and none is named',
      ['store: s3://pub', 'proposers: { ci: { actions: [add], to: ["*"] } }'],
      'ci',
      'CONFIG_INVALID',
    ],
    ['of a folder', ['store: ./public', CI], 'ci', 'CONFIG_INVALID'],
  ] as const)('%s: refused', async (_what, lines, name, code) => {
    await expect(policyOf('proposer', lines, name)).rejects.toMatchObject({ code });
  });
});

/** Caches in front of a store: after a publish, and with `pakhus store purge`. */
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createAnsweringServer } from '../../../tests/support/answering-server.ts';
import { type CliSession, complaintsIn, createCliSession } from '../../../tests/support/cli-session.ts';

const REPOSITORIES = 'repositories: { tools: { format: deb, channels: [stable] } }';

/** `purge.sh` keeps what it is told, then does what `rest` says. */
async function withCommand(rest = ''): Promise<CliSession> {
  const session = await createCliSession();
  const script = join(session.cwd, 'purge.sh');
  const told = join(session.cwd, 'told');
  await writeFile(
    script,
    `#!/bin/sh\n{ echo "$PAKHUS_PURGE_REPOSITORY $PAKHUS_PURGE_REVISION"; echo "$PAKHUS_PURGE_URLS"; cat; } > ${told}\necho "of no use"\n${rest}\n`,
  );
  await chmod(script, 0o755);
  await session.configure(
    REPOSITORIES,
    'url: https://packages.example.org/apt',
    'purge: { command: [./purge.sh], timeoutSeconds: 1 }',
  );
  return session;
}

async function toldIn({ cwd }: CliSession): Promise<readonly string[]> {
  return (await readFile(join(cwd, 'told'), 'utf8')).trimEnd().split('\n');
}

test('a publish tells the command which paths changed, pointers only', async () => {
  await using session = await withCommand();
  await session.run('init');
  const { code, stderr } = await session.run('publish', await session.deb({ name: 'hello' }));
  expect({ code, complaints: complaintsIn(stderr) }).toEqual({ code: 0, complaints: '' });
  const paths = [
    'dists/stable/main/binary-amd64/Packages.gz',
    'dists/stable/main/binary-amd64/Packages.xz',
    'index.html',
    'dists/stable/Release',
    'dists/stable/Release.gpg',
    'dists/stable/InRelease',
  ].map((path) => `/apt/tools/${path}`);
  expect(await toldIn(session)).toEqual([
    'tools 2',
    ...paths.map((path) => `https://packages.example.org${path}`),
    ...paths,
  ]);
  await writeFile(join(session.cwd, 'told'), '');
  await session.run('publish', await session.deb({ name: 'hello' }));
  expect(await toldIn(session)).toEqual(['']);
});

test.each([
  ['that fails', 'echo "no such zone" >&2; exit 3', 'purge.sh ended with 3: no such zone'],
  ['that hangs', 'exec sleep 100', 'purge.sh did not finish within 1 s'],
])('a command %s is a warning, and can be run again', async (_how, rest, why) => {
  await using session = await withCommand(rest);
  await session.run('init');
  const { code, stdout, stderr } = await session.run('publish', await session.deb({ name: 'hello' }));
  expect(code).toBe(0);
  expect(stdout).toContain('Published 1 package to tools/stable/main, revision 2.');
  expect(complaintsIn(stderr)).toContain(`${why} (purge-failed)`);
  expect(complaintsIn(stderr)).toContain('\n  Then tell them again: pakhus store purge tools');
  const again = await session.json('store', 'purge', 'tools');
  expect(again).toMatchObject({
    code: 1,
    error: { code: 'PURGE_FAILED', message: expect.stringContaining(why) },
  });
});

test('store purge tells of all fixed names, or of those that changed since a revision', async () => {
  await using session = await withCommand();
  await session.run('init');
  await session.run('publish', await session.deb({ name: 'hello' }));
  const all = await session.run('store', 'purge', '--dry-run');
  expect(all.stdout).toMatchInlineSnapshot(`
    "/apt/tools/dists/stable/main/binary-amd64/Packages.gz
    /apt/tools/dists/stable/main/binary-amd64/Packages.xz
    /apt/tools/dists/stable/main/binary-all/Packages.gz
    /apt/tools/dists/stable/main/binary-all/Packages.xz
    /apt/tools/key.asc
    /apt/tools/setup.sh
    /apt/tools/index.html
    /apt/tools/dists/stable/Release
    /apt/tools/dists/stable/Release.gpg
    /apt/tools/dists/stable/InRelease
    tools: caches would be told of 10 paths. Nothing was done.
    "
  `);
  expect((await session.run('store', 'purge', 'tools', '--since', '2')).stdout).toBe(
    'tools: caches were told of 6 paths.\n',
  );
  expect(await session.json('store', 'purge', '--since', '3')).toMatchObject({
    code: 1,
    error: { code: 'REVISION_NOT_FOUND' },
  });
});

test('without a cache there is nothing to purge', async () => {
  await using session = await createCliSession();
  await session.configure(REPOSITORIES);
  await session.run('init');
  expect(await session.json('store', 'purge')).toMatchObject({
    code: 2,
    error: { code: 'CONFIG_INVALID', hint: expect.stringContaining('purge: { cloudfront:') },
  });
});

test('CloudFront gets one signed request, and what it refuses is told', async () => {
  const requests: { url: string | undefined; body: string; authorization: string | undefined }[] = [];
  let status = 201;
  await using server = await createAnsweringServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => {
      body += chunk;
    });
    request.on('end', () => {
      requests.push({ url: request.url, body, authorization: request.headers.authorization });
      const error =
        '<ErrorResponse><Error><Code>AccessDenied</Code><Message>not yours</Message></Error></ErrorResponse>';
      response.writeHead(status).end(status === 201 ? '<Invalidation/>' : error);
    });
  });
  const aws = {
    AWS_ENDPOINT_URL_CLOUDFRONT: server.url,
    AWS_ACCESS_KEY_ID: 'AK',
    AWS_SECRET_ACCESS_KEY: 's',
  };
  await using session = await createCliSession(aws);
  await session.configure(REPOSITORIES, 'purge: { cloudfront: E2QWRUHAPOMQZL }');
  await session.run('init');
  requests.length = 0;
  const { stderr } = await session.run('publish', await session.deb({ name: 'hello' }));
  expect(complaintsIn(stderr)).toBe('');
  expect(requests).toEqual([
    {
      url: '/2020-05-31/distribution/E2QWRUHAPOMQZL/invalidation',
      body: expect.stringContaining(
        '<Quantity>6</Quantity><Items><Path>/tools/dists/stable/main/binary-amd64/Packages.gz</Path>',
      ),
      authorization: expect.stringMatching(
        /^AWS4-HMAC-SHA256 Credential=AK\/\d{8}\/us-east-1\/cloudfront\/aws4_request, SignedHeaders=content-type;host;x-amz-date, Signature=[0-9a-f]{64}$/,
      ),
    },
  ]);
  status = 403;
  const refused = await session.run('publish', await session.deb({ name: 'other' }));
  expect(refused.code).toBe(0);
  expect(complaintsIn(refused.stderr)).toMatchInlineSnapshot(`
    "Warning: Published, but caches were not told of it: CloudFront refuses to invalidate in distribution E2QWRUHAPOMQZL: AccessDenied not yours (purge-failed)
      The credentials need cloudfront:CreateInvalidation on arn:aws:cloudfront::*:distribution/E2QWRUHAPOMQZL.
      Then tell them again: pakhus store purge tools"
  `);
});

/** The guide to buckets does what it says, on a server of the tests that stands for S3. See guide.ts. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { aptClients } from '../support/apt-clients.ts';
import { type FakeS3, startFakeS3 } from '../support/fake-s3/fake-s3.ts';
import { lackOfTools } from '../support/skip.ts';
import { startBucketFront } from './bucket-front.ts';
import { parseGuide } from './guide.ts';
import { describeGuide } from './play-guide.ts';

const PAGE = 'docs/guides/s3.md';
const BUCKET = 'example-packages';
const AWS = `https://${BUCKET}.s3.eu-west-1.amazonaws.com`;

let s3: FakeS3;

await describeGuide(PAGE, {
  lack: lackOfTools('bash', 'dpkg-deb'),
  clients: await aptClients(),
  setting: async () => {
    const stack = new AsyncDisposableStack();
    // A server behind another address than Amazon's takes + as it is.
    s3 = stack.use(await startFakeS3({ region: 'eu-west-1', awsPaths: false }));
    const server = stack.use(await startBucketFront({ endpoint: s3.endpoint, bucket: BUCKET }));
    const profile = (name: string, key: string, secret: string) =>
      `[${name}]\naws_access_key_id = ${key}\naws_secret_access_key = ${secret}\n`;
    return {
      server,
      env: { AWS_ENDPOINT_URL_S3: s3.endpoint, AWS_EC2_METADATA_DISABLED: 'true' },
      home: {
        '.aws/credentials':
          profile('default', s3.accessKeyId, s3.secretAccessKey) +
          profile('ci', 'ci', 'secret of ci') +
          profile('committer', 'committer', 'secret of committer'),
      },
      asShown: (printed) => printed.replaceAll(`${s3.endpoint}/${BUCKET}`, AWS),
      [Symbol.asyncDispose]: () => stack.disposeAsync(),
    };
  },
  beforeSection: async (title, { root }) => {
    if (title !== 'Propose') return;
    for (const name of ['ci', 'committer'])
      s3.addAccount(name, await readFile(join(root, `srv/packages/${name}.json`), 'utf8'));
  },
});

test('what the workflow runs is what the page shows', async () => {
  const page = await readFile(new URL(`../../${PAGE}`, import.meta.url), 'utf8');
  const blocks = parseGuide(page).sections.flatMap((section) => section.blocks);
  const workflow = blocks.find((block) => block.kind === 'file' && block.path.startsWith('.github/'));
  const { jobs } = parse(workflow?.text ?? '') as Workflow;
  const commands = Object.values(jobs).flatMap(({ steps }) => steps.map(({ run }) => run ?? ''));
  const played = blocks.filter(({ kind }) => kind !== 'file').flatMap(({ text }) => text.split('\n'));
  for (const command of commands.filter((one) => one.startsWith('pakhus ')))
    expect(played).toContain(`$ ${command}`);
});

interface Workflow {
  readonly jobs: Readonly<Record<string, { readonly steps: readonly { readonly run?: string }[] }>>;
}

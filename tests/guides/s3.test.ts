/** The guide to buckets does what it says, on servers of the tests that stand for S3. See guide.ts. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { aptClients } from '../support/apt-clients.ts';
import { startFakeS3 } from '../support/fake-s3/fake-s3.ts';
import type { S3Server } from '../support/s3-server.ts';
import { type Lack, lackOfTools } from '../support/skip.ts';
import { allowUser, lackOfCeph, startCeph } from '../support/stores/ceph.ts';
import { startBucketFront } from './bucket-front.ts';
import { parseGuide } from './guide.ts';
import { describeGuide } from './play-guide.ts';

const PAGE = 'docs/guides/s3.md';
const BUCKET = 'example-packages';
const AWS = `https://${BUCKET}.s3.eu-west-1.amazonaws.com`;
/** The roles of the guide, each a user of the server. */
const USERS = ['ci', 'committer'];

/** A server, and what it takes to let somebody in. */
interface Stage {
  readonly server: S3Server;
  allow(user: string, policy: string): Promise<unknown>;
  /** What is said otherwise to it. */
  readonly env: Readonly<Record<string, string>>;
  /** What it prints otherwise than AWS. */
  asAws(printed: string): string;
}

/** A server behind another address than Amazon's takes + as it is. */
async function onFake(): Promise<Stage> {
  const server = await startFakeS3({ region: 'eu-west-1', awsPaths: false });
  return {
    server,
    env: {},
    allow: async (user, policy) => server.addAccount(user, policy),
    asAws: (printed) => printed,
  };
}

/** It blocks nothing in new buckets, and has no regions. */
async function onCeph(): Promise<Stage> {
  const server = await startCeph({ users: USERS });
  return {
    server,
    env: { PAKHUS_STORE: `s3://${BUCKET}`, PAKHUS_URL: 'http://packages.example.org' },
    allow: (user, policy) => allowUser(server, user, policy),
    asAws: (printed) =>
      printed.replace(/^(.*): made the bucket\n/m, '$&$1: lifted the block of public policies\n'),
  };
}

async function playOn(start: () => Promise<Stage>, lack: Lack): Promise<void> {
  let stage: Stage;
  await describeGuide(PAGE, {
    lack: lack ?? lackOfTools('bash', 'dpkg-deb'),
    clients: await aptClients(),
    setting: async () => {
      const stack = new AsyncDisposableStack();
      stage = await start();
      const { endpoint, accessKeyId, secretAccessKey } = stack.use(stage.server);
      const server = stack.use(await startBucketFront({ endpoint, bucket: BUCKET }));
      const profiles = [
        ['default', accessKeyId, secretAccessKey],
        // The two servers make up secrets of users alike.
        ...USERS.map((name) => [name, name, `secret-of-${name}`]),
      ].map(
        ([name, key, secret]) => `[${name}]\naws_access_key_id=${key}\naws_secret_access_key=${secret}\n`,
      );
      return {
        server,
        env: { AWS_ENDPOINT_URL_S3: endpoint, AWS_EC2_METADATA_DISABLED: 'true', ...stage.env },
        home: { '.aws/credentials': profiles.join('') },
        asShown: (printed) => stage.asAws(printed.replaceAll(`${endpoint}/${BUCKET}`, AWS)),
        [Symbol.asyncDispose]: () => stack.disposeAsync(),
      };
    },
    beforeSection: async (title, { root }) => {
      if (title !== 'Propose') return;
      for (const name of USERS)
        await stage.allow(name, await readFile(join(root, `srv/packages/${name}.json`), 'utf8'));
    },
  });
}

describe('on the S3 server of the tests', async () => playOn(onFake, undefined));
describe('on Ceph', async () => playOn(onCeph, lackOfCeph()));

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

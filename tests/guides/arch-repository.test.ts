/** The guide to an Arch repository does what it says, on the S3 server of the tests; its machines have the real pacman. See guide.ts. */
import { startFakeS3 } from '../support/fake-s3/fake-s3.ts';
import { pacmanClients } from '../support/pacman-clients.ts';
import { createPacmanMachine } from '../support/pacman-machine.ts';
import { succeeded } from '../support/run-command.ts';
import { lackOfTools } from '../support/skip.ts';
import { startBucketFront } from './bucket-front.ts';
import type { GuideSetting } from './guide-player.ts';
import { describeGuide } from './play-guide.ts';

const BUCKET = 'example-arch';
const AWS = `https://${BUCKET}.s3.eu-west-1.amazonaws.com`;

const clients = (await pacmanClients()).filter(({ lack }) => lack === undefined);
const lack = lackOfTools('bash', 'bsdtar');

await describeGuide('docs/guides/arch-repository.md', { lack, setting });

async function setting(): Promise<GuideSetting & AsyncDisposable> {
  const stack = new AsyncDisposableStack();
  const s3 = stack.use(await startFakeS3({ region: 'eu-west-1', awsPaths: false }));
  const server = stack.use(await startBucketFront({ endpoint: s3.endpoint, bucket: BUCKET }));
  const machines = [];
  for (const { client } of clients) {
    const machine = stack.use(await createPacmanMachine(client()));
    machines.push({
      run: async (commands: string): Promise<string> => {
        const proxied = `set -e\nexport http_proxy=http://127.0.0.1:${server.port}\n${commands}`;
        return succeeded(await machine.sh(proxied)).stdout;
      },
    });
  }
  return {
    server,
    machines,
    env: { ...s3.env, AWS_ENDPOINT_URL_S3: s3.endpoint, AWS_EC2_METADATA_DISABLED: 'true' },
    asShown: (printed) => printed.replaceAll(`${s3.endpoint}/${BUCKET}`, AWS),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

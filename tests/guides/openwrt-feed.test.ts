/** The guide to OpenWrt feeds does what it says, with a bucket; its devices have opkg where it is installed. See guide.ts. */
import { startFakeS3 } from '../support/fake-s3/fake-s3.ts';
import { send } from '../support/fake-s3/fake-s3-kit.ts';
import { createOpkgDevice } from '../support/opkg-device.ts';
import { succeeded } from '../support/run-command.ts';
import { lackOfTools } from '../support/skip.ts';
import type { GuideMachine, GuideSetting } from './guide-player.ts';
import { describeGuide } from './play-guide.ts';

const URL_OF_GUIDE = 'http://feeds.example.org';
const PUBLIC_READ = {
  Version: '2012-10-17',
  Statement: [
    { Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource: 'arn:aws:s3:::feeds/omega/*' },
  ],
};

await describeGuide('docs/guides/openwrt-feed.md', { lack: lackOfTools('bash', 'tar'), setting });

async function setting(): Promise<GuideSetting & AsyncDisposable> {
  const stack = new AsyncDisposableStack();
  const s3 = stack.use(await startFakeS3({ bucket: 'feeds' }));
  const policy = await send(s3, 'PUT', { query: 'policy=', body: JSON.stringify(PUBLIC_READ) });
  if (!policy.ok) throw new Error(`no policy: ${policy.status} ${await policy.text()}`);
  const machines: GuideMachine[] = [];
  if (lackOfTools('opkg', 'signify-openbsd', 'wget') === undefined) {
    const device = stack.use(await createOpkgDevice({ architecture: 'mipsel_24kc', real: true }));
    machines.push({
      run: async (commands) => {
        const url = `${s3.endpoint}/feeds`;
        return succeeded(await device.sh(`set -e\n${commands.replaceAll(URL_OF_GUIDE, url)}`)).stdout;
      },
    });
  }
  const env = {
    ...s3.env,
    AWS_ENDPOINT_URL_S3: s3.endpoint,
    // The address of the guide leads nowhere.
    PAKHUS_NO_READ_BACK: '1',
  };
  return { env, machines, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

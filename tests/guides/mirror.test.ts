/** The guide to mirrors does what it says, and its clients install while the upstream is away. See guide.ts. */
import { aptClients } from '../support/apt-clients.ts';
import { lackOfTools } from '../support/skip.ts';
import { describeGuide } from './play-guide.ts';

await describeGuide('docs/guides/mirror.md', {
  lack: lackOfTools('bash', 'dpkg-deb', 'gpg', 'reprepro'),
  clients: await aptClients(),
});

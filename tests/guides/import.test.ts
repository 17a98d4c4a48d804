/** The guide to imports does what it says, and its clients notice nothing. See guide.ts. */
import { aptClients } from '../support/apt-clients.ts';
import { lackOfTools } from '../support/skip.ts';
import { describeGuide } from './play-guide.ts';

await describeGuide('docs/guides/import.md', {
  lack: lackOfTools('bash', 'dpkg-deb', 'gpg', 'reprepro'),
  clients: await aptClients(),
});

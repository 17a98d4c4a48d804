/** The guide to proposals does what it says. See guide.ts. */
import { lackOfTools } from '../support/skip.ts';
import { describeGuide } from './play-guide.ts';

await describeGuide('docs/guides/proposals.md', { lack: lackOfTools('bash', 'dpkg-deb') });

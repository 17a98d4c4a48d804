import type { ChannelView } from '../format.ts';
import type { InstallRules, Machine } from '../install-rules.ts';
import { ARCHITECTURE_ALL, channelArchitectures } from './channel.ts';
import { createTermsReader, mentionedNames } from './install-terms.ts';
import { lastCut, readIndex } from './read-index.ts';

/** How apt installs. udebs are for the installer of Debian, which has rules of its own. */
export const installRules: InstallRules = { machines, createTermsReader, mentionedNames, readIndex, lastCut };

/** Of a channel that has nothing but packages for all: any machine. */
function machines(view: ChannelView): readonly Machine[] {
  const architectures = channelArchitectures(view);
  return architectures.length === 0
    ? [{ architecture: ARCHITECTURE_ALL, slots: [ARCHITECTURE_ALL] }]
    : architectures.map((architecture) => ({ architecture, slots: [architecture, ARCHITECTURE_ALL] }));
}

import type { RepositorySettings } from '../format.ts';
import { readOptions } from './options.ts';

/**
 * A database that was signed and is not any more: pacman keeps the old signature, checks the new database against it, and refuses every
 * update until somebody deletes the file on each machine.
 */
export function breaksClients(before: RepositorySettings, after: RepositorySettings): string | undefined {
  const signed = (settings: RepositorySettings): ReadonlyMap<string, boolean> =>
    new Map(
      settings.channels.map((channel) => {
        const { database, signDatabase } = readOptions(settings, channel);
        return [database, signDatabase] as const;
      }),
    );
  const now = signed(after);
  const lost = [...signed(before)].flatMap(([name, was]) => (was && now.get(name) === false ? [name] : []));
  if (lost.length === 0) return undefined;
  const files = lost.map((name) => `/var/lib/pacman/sync/${name}.db.sig`).join(' ');
  return `signDatabase goes off for ${lost.join(', ')}: machines keep the old signature and refuse every update until \`rm ${files}\` is run there`;
}

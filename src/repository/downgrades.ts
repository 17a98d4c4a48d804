/** How machines follow channels that went back to older packages. */
import type { PlacedChange } from '../catalog/diff.ts';
import type {
  DowngradeInstructions,
  HeldPackage,
  PackageRecord,
  RepositorySettings,
} from '../formats/format.ts';
import { formatByName } from '../formats/table.ts';
import type { Changes } from './changes.ts';
import type { Repository } from './repository.ts';

export interface ChannelDowngrade extends DowngradeInstructions {
  readonly channel: string;
}

/** For each channel in which something disappeared, once `changes` are made. */
export async function downgradesOf(
  { name: id }: Repository,
  input: {
    readonly settings: RepositorySettings;
    readonly differences: readonly PlacedChange[];
    readonly changes: Changes;
  },
): Promise<readonly ChannelDowngrade[]> {
  const { settings, differences, changes } = input;
  const format = formatByName(settings.format);
  const downgrades: ChannelDowngrade[] = [];
  for (const channel of settings.channels) {
    const gone = differences.flatMap((one) =>
      one.kind === 'added' || one.run.channel !== channel.name ? [] : held(one.run.slot, one.before),
    );
    const there: HeldPackage[] = [];
    for (const name of new Set(gone.map((one) => one.name)))
      for (const { slot, record } of await changes.named(channel.name, name)) there.push(held(slot, record));
    if (gone.length === 0) continue;
    downgrades.push({
      channel: channel.name,
      ...format.downgradeInstructions({ id, settings, channel, gone, there }),
    });
  }
  return downgrades;
}

function held(slot: string, { name, version, architecture }: PackageRecord): HeldPackage {
  return { name, version, architecture, slot };
}

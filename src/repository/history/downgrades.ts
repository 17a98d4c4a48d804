/** How machines follow channels that went back to older packages. */
import type { DowngradeInstructions, HeldPackage } from '../../formats/client-types.ts';
import type { RepositorySettings } from '../../formats/format.ts';
import { formatByName } from '../../formats/table.ts';
import type { Identity } from '../change/actions.ts';
import type { Restoration } from '../change/apply-rollback.ts';
import type { Changes } from '../change/changes.ts';
import type { Repository } from '../repository.ts';

export interface ChannelDowngrade extends DowngradeInstructions {
  readonly channel: string;
}

/** For each channel in which something disappeared, once `changes` are made. */
export async function downgradesOf(
  { name: id }: Repository,
  input: {
    readonly settings: RepositorySettings;
    readonly restorations: readonly Restoration[];
    readonly changes: Changes;
  },
): Promise<readonly ChannelDowngrade[]> {
  const { settings, restorations, changes } = input;
  const format = formatByName(settings.format);
  const downgrades: ChannelDowngrade[] = [];
  for (const channel of settings.channels) {
    const gone = restorations.flatMap((one) =>
      one.kind === 'added' || one.run.channel !== channel.name ? [] : held(one.run.slot, one),
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

function held(slot: string, { name, version, architecture }: Identity): HeldPackage {
  return { name, version, architecture, slot };
}

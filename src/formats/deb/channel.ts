/**
 * The indexes of a channel, and which packages each lists.
 *
 * ```
 * dists/stable/main/binary-amd64/Packages                    slots amd64, all
 * dists/stable/main/binary-all/Packages                      slot  all
 * dists/stable/main/debian-installer/binary-amd64/Packages   slots udeb-amd64, udeb-all    where a component has udebs
 * dists/stable/main/debian-installer/binary-all/Packages     slot  udeb-all
 * ```
 *
 * Packages for `all` are in every index, for clients that know no binary-all, and in binary-all, for those whose
 * architecture is not here. The Release file tells apt not to read both.
 */
import type { ChannelView, IndexPlan } from '../format.ts';
import { readOptions } from './options.ts';
import { indexPath } from './paths.ts';
import { splitSlot, udebSlot } from './slots.ts';

/** Packages that fit every architecture. */
export const ARCHITECTURE_ALL = 'all';

/** What the channel's Release file lists: architectures of settings and packages, sorted, without `all`. */
export function channelArchitectures(view: ChannelView): readonly string[] {
  const slots = [...view.slots.values()].flatMap((ofComponent) => [...ofComponent]);
  const found = [...view.settings.architectures, ...slots.map((slot) => splitSlot(slot).architecture)];
  return [...new Set(found)].filter((architecture) => architecture !== ARCHITECTURE_ALL).sort();
}

/** The channel's components: those of the settings in their order. */
export function channelComponents(view: ChannelView): readonly string[] {
  return [...new Set([...view.settings.components, ...[...view.slots.keys()].sort()])];
}

/** All indexes of a channel, those without packages too: apt complains of a missing one. */
export function planIndexes(view: ChannelView): readonly IndexPlan[] {
  const architectures = [...channelArchitectures(view), ARCHITECTURE_ALL];
  const { encodings } = readOptions(view.settings, view.channel);
  const plan = (component: string, slot: string, all: string): IndexPlan => ({
    path: indexPath(view.channel.name, { component, slot }),
    component,
    slots: slot === all ? [all] : [all, slot],
    segment: 'packages',
    encodings,
  });
  return channelComponents(view).flatMap((component) => {
    const hasUdebs = [...(view.slots.get(component) ?? [])].some((slot) => splitSlot(slot).udeb);
    const plans = architectures.map((slot) => plan(component, slot, ARCHITECTURE_ALL));
    if (!hasUdebs) return plans;
    const udebs = architectures.map((name) => plan(component, udebSlot(name), udebSlot(ARCHITECTURE_ALL)));
    return [...plans, ...udebs];
  });
}

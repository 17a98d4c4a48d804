/** The indexes of a channel: one for each component, with the packages of all architectures, and one for each where there are several. */
import type { ChannelView, IndexPlan } from '../format.ts';
import { fullArchitecture, INDEPENDENT } from './architecture.ts';
import { componentFolder } from './paths.ts';

/** All indexes, those without packages too: wpkg complains of a missing one. */
export function planIndexes({ settings, channel, slots }: ChannelView): readonly IndexPlan[] {
  const components = [...new Set([...settings.components, ...[...slots.keys()].sort()])];
  return components.flatMap((component): IndexPlan[] => {
    const all = architectures(settings.architectures, slots.get(component) ?? []);
    const folder = componentFolder(channel.name, component);
    const plan = (path: string, own: readonly string[], segment: 'index' | 'own'): IndexPlan => ({
      ...{ path: `${path}/index.tar`, component, slots: [INDEPENDENT, ...own], segment, encodings: ['gzip'] },
    });
    const single = all.length < 2 ? [] : all.map((one) => plan(`${folder}/${one}`, [one], 'own'));
    return [plan(folder, all, 'index'), ...single];
  });
}

/** Sorted, in their full forms, without the one that fits every machine. */
export function architectures(configured: readonly string[], found: Iterable<string>): readonly string[] {
  const full = configured.map((one) => fullArchitecture(one) ?? one);
  return [...new Set([...full, ...found])].filter((one) => one !== INDEPENDENT).sort();
}

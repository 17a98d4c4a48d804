/** The indexes of a channel: one for each component, with the packages of all architectures. wpkg passes over those that do not fit. */
import type { ChannelView, IndexPlan } from '../format.ts';
import { fullArchitecture, INDEPENDENT } from './architecture.ts';
import { componentFolder } from './paths.ts';

/** All indexes, those without packages too: wpkg complains of a missing one. */
export function planIndexes({ settings, channel, slots }: ChannelView): readonly IndexPlan[] {
  const components = [...new Set([...settings.components, ...[...slots.keys()].sort()])];
  return components.map((component) => ({
    path: `${componentFolder(channel.name, component)}/index.tar`,
    component,
    slots: [INDEPENDENT, ...architectures(settings.architectures, slots.get(component) ?? [])],
    segment: 'index',
    encodings: ['gzip'],
  }));
}

function architectures(configured: readonly string[], found: Iterable<string>): readonly string[] {
  const full = configured.map((one) => fullArchitecture(one) ?? one);
  return [...new Set([...full, ...found])].filter((one) => one !== INDEPENDENT).sort();
}

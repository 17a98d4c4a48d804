/** The databases of a channel: one for each architecture, which lists the packages for all of them too. */
import {
  type ChannelView,
  ENCODING_SUFFIX,
  type IndexPlan,
  type PointerPlan,
  type RenderedIndex,
} from '../format.ts';
import { readOptions } from './options.ts';
import { contentType, INDEPENDENT } from './paths.ts';

/** Where nobody named an architecture, and there is no package yet that has one. */
const USUAL_ARCHITECTURE = 'x86_64';

/** `<database>.files` first: who has a new `<database>.db` finds it. Those without packages too: pacman complains of a missing one. */
export function planIndexes(view: ChannelView): readonly IndexPlan[] {
  const { database, compression } = readOptions(view.settings, view.channel);
  const [component = ''] = view.settings.components;
  return channelArchitectures(view).flatMap((architecture) =>
    (['files', 'db'] as const).map((segment) => ({
      path: `${architecture}/${database}.${segment}.tar`,
      component,
      slots: [INDEPENDENT, architecture],
      segment,
      encodings: [compression],
    })),
  );
}

/** What pacman asks for: each database without the suffix, and its signature where databases are signed. */
export function renderChannel(
  view: ChannelView,
  { indexes }: { readonly indexes: readonly RenderedIndex[] },
): readonly PointerPlan[] {
  const { compression, signDatabase } = readOptions(view.settings, view.channel);
  return indexes.flatMap(({ plan }): PointerPlan[] => {
    const of = plan.path + ENCODING_SUFFIX[compression];
    const path = plan.path.slice(0, -'.tar'.length);
    const signature = (name: string): PointerPlan => ({
      path: `${name}.sig`,
      contentType: contentType(`${name}.sig`),
      sign: 'binary',
      of,
    });
    return [
      ...(signDatabase ? [signature(path)] : []),
      { path, contentType: contentType(of), copy: true, of },
      ...(signDatabase ? [signature(of)] : []),
    ];
  });
}

/** Architectures of settings and packages, sorted, without the one that fits every machine. */
export function channelArchitectures({ settings, slots }: ChannelView): readonly string[] {
  const found = [...slots.values()].flatMap((one) => [...one]);
  const own = [...new Set([...settings.architectures, ...found])].filter((one) => one !== INDEPENDENT);
  return own.length === 0 ? [USUAL_ARCHITECTURE] : own.sort();
}

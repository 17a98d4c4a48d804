/** The indexes of a channel, which packages each lists, and what is signed and made from them. */
import type { ChannelView, IndexPlan, PointerPlan, RenderedIndex } from '../format.ts';
import { renderIndexJson } from './index-json.ts';
import { readOptions } from './options.ts';
import { contentType, feedFolder, isPerArchitecture } from './paths.ts';
import { SUMS, takesFiles } from './plain-files.ts';
import { INDEPENDENT, isIndependent, PLAIN } from './slots.ts';

/** A folder with an index. */
interface Feed {
  readonly folder: string;
  readonly component: string;
  readonly slots: readonly string[];
  /** The one of the index; `all`: it has several, or fits every device. */
  readonly architecture: string;
}

/** All indexes of a channel, those without packages too: a device complains of a missing one. */
export function planIndexes(view: ChannelView): readonly IndexPlan[] {
  const sums = filesOf(view).map(({ component, path }): IndexPlan => {
    return { path, component, slots: [PLAIN], segment: 'sums', encodings: ['plain'] };
  });
  const feeds = feedsOf(view).flatMap(({ folder, component, slots }): IndexPlan[] => [
    { path: `${folder}/Packages.manifest`, component, slots, segment: 'manifest', encodings: ['plain'] },
    { path: `${folder}/Packages`, component, slots, segment: 'packages', encodings: ['plain', 'gzip'] },
  ]);
  return [...sums, ...feeds];
}

/** The signature of each `Packages`, over its plain form, and `index.json`. opkg has no other entry than these. */
export function renderChannel(
  view: ChannelView,
  { indexes }: { readonly indexes: readonly RenderedIndex[] },
): readonly PointerPlan[] {
  const { indexJson: version, target } = readOptions(view.settings, view.channel);
  const planned = new Set(indexes.map(({ plan }) => plan.path));
  const signed = (of: string): PointerPlan => {
    const path = `${of}.sig`;
    return { path, contentType: contentType(path), sign: 'usign', of };
  };
  const signedTwice = (of: string): readonly PointerPlan[] => {
    const path = `${of}.asc`;
    const openPgp = { path, contentType: contentType(path), sign: 'detached', of, ifKeyed: true } as const;
    return [signed(of), openPgp];
  };
  const sums = filesOf(view).flatMap(({ path }) => (planned.has(path) ? signedTwice(path) : []));
  const feeds = feedsOf(view).flatMap(({ folder, architecture }): PointerPlan[] => {
    const json = `${folder}/index.json`;
    const manifest = `${folder}/Packages.manifest`;
    const packages = `${folder}/Packages`;
    if (!planned.has(packages)) return [];
    return [
      ...(version === 'none'
        ? []
        : [
            {
              path: json,
              contentType: contentType(json),
              make: (bytes: Uint8Array) => renderIndexJson(bytes, { version, architecture, target }),
              of: manifest,
            },
          ]),
      signed(packages),
    ];
  });
  return [...sums, ...feeds];
}

/** Architectures of settings and packages, sorted, without those that fit every device. */
export function channelArchitectures(view: ChannelView): readonly string[] {
  const found = [...view.slots.values()].flatMap((slots) => [...slots]).filter((slot) => slot !== PLAIN);
  return [...new Set([...view.settings.architectures, ...found])].filter((one) => !isIndependent(one)).sort();
}

/** Components that hold plain files; one without any has no index, for a signature over nothing cannot be checked. */
function filesOf({ settings, channel, slots }: ChannelView): readonly { component: string; path: string }[] {
  return [...slots.keys()].sort().flatMap((component) => {
    if (slots.get(component)?.has(PLAIN) !== true) return [];
    const folder = feedFolder(settings, { channel: channel.name, component, architecture: 'all' });
    return [{ component, path: `${folder}/${SUMS}` }];
  });
}

function feedsOf(view: ChannelView): readonly Feed[] {
  const { settings, channel, slots } = view;
  const architectures = channelArchitectures(view);
  const components = [...new Set([...settings.components, ...[...slots.keys()].sort()])];
  return components.flatMap((component): Feed[] => {
    const at = { channel: channel.name, component };
    if (takesFiles(settings, at)) return [];
    const feed = (architecture: string, own: readonly string[]): Feed => ({
      folder: feedFolder(settings, { ...at, architecture }),
      component,
      slots: [...INDEPENDENT, ...own],
      architecture,
    });
    if (!isPerArchitecture(settings, at)) {
      const [only, ...more] = architectures;
      return [{ ...feed('all', architectures), architecture: more.length === 0 ? (only ?? 'all') : 'all' }];
    }
    const ofAll = INDEPENDENT.filter((one) => slots.get(component)?.has(one));
    const independent = ofAll.length === 0 && architectures.length === 0 ? ['all'] : ofAll;
    return [...independent.map((one) => feed(one, [])), ...architectures.map((one) => feed(one, [one]))];
  });
}

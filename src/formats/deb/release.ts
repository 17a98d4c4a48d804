import { type ChannelView, ENCODING_SUFFIX, type PointerPlan, type RenderedIndex } from '../format.ts';
import { ARCHITECTURE_ALL, channelArchitectures, channelComponents } from './channel.ts';
import { contentType } from './content-type.ts';
import { readOptions, validUntil } from './options.ts';
import { channelFolder } from './paths.ts';

/**
 * The pointers of a channel: Release, its detached signature, and last, as clients begin with it, InRelease.
 * `dateMs`: the signed date, whole seconds.
 */
export function renderChannel(
  view: ChannelView,
  rendered: { readonly indexes: readonly RenderedIndex[]; readonly dateMs: number },
): readonly PointerPlan[] {
  const folder = channelFolder(view.channel.name);
  const release = `${folder}/Release`;
  const pointer = (path: string): { path: string; contentType: string } => ({
    path,
    contentType: contentType(path),
  });
  return [
    { ...pointer(release), bytes: Buffer.from(renderRelease(view, rendered), 'utf8') },
    { ...pointer(`${release}.gpg`), sign: 'detached', of: release },
    { ...pointer(`${folder}/InRelease`), sign: 'clear', of: release },
  ];
}

/**
 * A Release file: apt-secure(8), DebianRepository/Format in the Debian wiki.
 * The uncompressed form of an index is listed although it is not published: without it apt passes over the index.
 */
function renderRelease(
  view: ChannelView,
  { indexes, dateMs }: { readonly indexes: readonly RenderedIndex[]; readonly dateMs: number },
): string {
  const options = readOptions(view.settings, view.channel);
  const architectures = channelArchitectures(view);
  const fields: readonly (readonly [string, string | undefined])[] = [
    ['Origin', options.origin],
    ['Label', options.label],
    ['Suite', options.suite],
    ['Version', options.version],
    ['Codename', options.codename],
    ['Date', formatDate(dateMs)],
    ['Valid-Until', formatValidUntil(view, dateMs)],
    ['NotAutomatic', options.notAutomatic ? 'yes' : undefined],
    ['ButAutomaticUpgrades', options.butAutomaticUpgrades ? 'yes' : undefined],
    ['Acquire-By-Hash', 'yes'],
    ['No-Support-for-Architecture-all', architectures.length > 0 ? 'Packages' : undefined],
    ['Architectures', [ARCHITECTURE_ALL, ...architectures].join(' ')],
    ['Components', channelComponents(view).join(' ')],
    ['Description', options.description],
  ];
  const lines = fields.flatMap(([name, value]) =>
    value === undefined || value === '' ? [] : [`${name}: ${value}`],
  );
  return `${[...lines, 'SHA256:', ...listFiles(view, indexes)].join('\n')}\n`;
}

function formatValidUntil({ settings, channel }: ChannelView, dateMs: number): string | undefined {
  const untilMs = validUntil(settings, { channel: channel.name, dateMs });
  return untilMs === undefined ? undefined : formatDate(untilMs);
}

function listFiles(view: ChannelView, indexes: readonly RenderedIndex[]): string[] {
  const folder = `${channelFolder(view.channel.name)}/`;
  return indexes.flatMap(({ plan, files }) => {
    if (!plan.path.startsWith(folder)) throw new Error(`${plan.path} is not in ${folder}`);
    const path = plan.path.slice(folder.length);
    return files.map(
      (file) =>
        ` ${file.sha256} ${String(file.sizeBytes).padStart(12)} ${path}${ENCODING_SUFFIX[file.encoding]}`,
    );
  });
}

/** RFC 1123 in UTC, which apt wants to be called that or GMT. */
function formatDate(ms: number): string {
  return new Date(ms).toUTCString().replace('GMT', 'UTC');
}

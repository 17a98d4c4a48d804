/**
 * How a device gets its packages from here.
 *
 * opkg reads every file in /etc/opkg, and a backup of the system keeps customfeeds.conf. The key lies in a file that is named after its
 * id. All of it is written with what every device has: no download, so no certificates are needed for it, and the key is the one
 * that whoever wrote these lines meant.
 *
 * A device knows its own architecture: the lines ask /etc/openwrt_release for it where the layout has one.
 */
import { PakhusError } from '../../core/pakhus-error.ts';
import type { ClientInput, ClientInstructions } from '../client-types.ts';
import { quote } from '../shared/shell.ts';
import { feedFolder, isPerArchitecture } from './paths.ts';
import { SUMS, takesFiles } from './plain-files.ts';

const CUSTOM = '/etc/opkg/customfeeds.conf';
const DIST = '/etc/opkg/distfeeds.conf';
const KEYS = '/etc/opkg/keys';
/** Where a device says what it is. */
const RELEASE = '/etc/openwrt_release';
/** In lines of a shell. */
const ARCH = '$DISTRIB_ARCH';

/** How a colleague sets up opkg, and undoes it. Fails with SETTINGS_INVALID when the URL is none. */
export function clientInstructions(given: ClientInput): ClientInstructions {
  const input = { ...given, publicKeys: given.publicKeys.filter(isUsign) };
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(input.id))
    throw new Error(`Not a name for feeds of opkg: ${input.id}`);
  if (!URL.canParse(input.url) || /[\s\p{Cc}'"\\#$`]/u.test(input.url)) {
    throw new PakhusError('SETTINGS_INVALID', `${JSON.stringify(input.url)} is no URL that opkg can read`, {
      hint: 'Write all of it, http:// or https:// included, and blanks as %20.',
      details: { url: input.url },
    });
  }
  const isPlain = (component: string): boolean => takesFiles(input.settings, { ...input, component });
  const feeds = input.components
    .filter((component) => !isPlain(component))
    .map((component) => feedLine(input, component));
  const needsArch = feeds.some((line) => line.includes(ARCH));
  const keys = input.publicKeys.map((text) => ({ text, path: `${KEYS}/${keyId(text)}` }));
  const [only, ...more] = input.architectures;
  const example = more.length === 0 ? (only ?? 'ARCHITECTURE') : 'ARCHITECTURE';
  const addKeys = [`mkdir -p ${KEYS}`, ...keys.map(({ text, path }) => `${printKey(text)} > ${path}`)];
  const addFeeds = [
    ...(needsArch ? [`. ${RELEASE}`] : []),
    dropFeeds(input.url),
    ...feeds.map((line) => `echo "${line}" >> ${CUSTOM}`),
  ];
  // Who asks for images only needs the keys that sign them.
  const lines = feeds.length === 0 ? addKeys : [...addKeys, ...addFeeds, 'opkg update'];
  const dropKeys = keys.map(({ path }) => `rm -f ${path}`);
  const restore = `[ ! -f ${BACKUP} ] || mv ${BACKUP} ${DIST}`;
  const undo = feeds.length === 0 ? dropKeys : [dropFeeds(input.url), restore, ...dropKeys, 'opkg update'];
  return {
    files: [
      ...(feeds.length === 0
        ? []
        : [
            {
              path: CUSTOM,
              content: `${feeds.join('\n').replaceAll(ARCH, example)}\n`,
              about: needsArch
                ? `Lines to add. The architecture of a device: \`. ${RELEASE}; echo $DISTRIB_ARCH\`.`
                : 'Lines to add.',
            },
          ]),
      ...keys.map(({ text, path }) => ({
        path,
        content: text,
        about: 'The key that signs; the file is named after its id.',
      })),
    ],
    script: `set -e\n${lines.join('\n')}\n`,
    oneLiner: lines.join(' && '),
    undo: `${undo.join('\n')}\n`,
    next: feeds.length === 0 ? [] : ['opkg update', 'opkg install PACKAGE'],
    variants: [
      ...input.components.filter(isPlain).map((component) => checkImage(input, component)),
      ...(feeds.length === 0
        ? []
        : [
            {
              replaces: true as const,
              title: 'These feeds instead of those that the device came with; taking it back restores them',
              text: `${replaceFeeds(feeds, { addKeys, needsArch }).join('\n')}\n`,
            },
          ]),
      {
        title: 'The key by download',
        text: `wget -O /tmp/key.pub ${quote(input.keyUrl)}\nopkg-key add /tmp/key.pub\nrm /tmp/key.pub\n`,
      },
    ],
  };
}

const BACKUP = `${DIST}.before-pakhus`;

function replaceFeeds(
  feeds: readonly string[],
  { addKeys, needsArch }: { readonly addKeys: readonly string[]; readonly needsArch: boolean },
): readonly string[] {
  return [
    ...addKeys,
    ...(needsArch ? [`. ${RELEASE}`] : []),
    // Run again it keeps the first copy.
    `[ -f ${BACKUP} ] || { touch ${DIST} && cp ${DIST} ${BACKUP}; }`,
    `: > ${DIST}`,
    ...feeds.map((line) => `echo "${line}" >> ${DIST}`),
    'opkg update',
  ];
}

/** How somebody checks an image before it is flashed: on any machine with signify and sha256sum. */
function checkImage(
  { url, channel, settings, publicKeys }: ClientInput,
  component: string,
): ClientInstructions['variants'][number] {
  const folder = `${url}/${feedFolder(settings, { channel, component, architecture: 'all' })}`;
  const keys = publicKeys.map((text) => ({ text, path: `${keyId(text)}.pub` }));
  const checks = keys.map(({ path }) => `signify-openbsd -V -p ${path} -m ${SUMS}`);
  const check = checks.length === 1 ? checks.join('') : `{ ${checks.join(' || ')}; }`;
  const lines = [
    ...keys.map(({ text, path }) => `${printKey(text)} > ${path}`),
    `wget ${folder}/${SUMS} ${folder}/${SUMS}.sig ${folder}/IMAGE`,
    `${check} && sha256sum -c --ignore-missing ${SUMS}`,
  ];
  return {
    title: `An image of ${component}, checked (on a device: usign -V -P ${KEYS} -m ${SUMS})`,
    text: `${lines.join('\n')}\n`,
  };
}

/** OpenPGP keys sign lists of images only. */
function isUsign(publicKey: string): boolean {
  return publicKey.startsWith('untrusted comment:');
}

function printKey(text: string): string {
  return `printf '%s\\n' ${text.trimEnd().split('\n').map(quote).join(' ')}`;
}

/** Names of feeds are unique on a device, and made of the repository's and the feed's. */
function feedLine(input: ClientInput, component: string): string {
  const { id, url, channel, settings } = input;
  const at = { channel, component };
  const architecture = isPerArchitecture(settings, at) ? ARCH : 'all';
  const folder = feedFolder(settings, { ...at, architecture });
  return `src/gz ${feedName(id, component)} ${url}/${folder}`;
}

function feedName(id: string, component: string): string {
  return `${id}_${component}`.replaceAll(/[^A-Za-z0-9_]/g, '_');
}

/** Takes the lines of this repository out, whatever its feeds were called, and leaves all others. */
function dropFeeds(url: string): string {
  const pattern = url.replaceAll(/[.*[\]^]/g, '\\$&');
  return `touch ${CUSTOM} && sed -i '\\#^src/gz [^ ]* ${pattern}/#d' ${CUSTOM}`;
}

/** The id in a public key of usign: 8 bytes after the algorithm. */
function keyId(publicKey: string): string {
  const base64 = publicKey.trim().split('\n')[1] ?? '';
  return Buffer.from(base64, 'base64').subarray(2, 10).toString('hex');
}

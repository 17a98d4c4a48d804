/** `pakhus mirror add`. */
import { readFile, rename, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parseAptSource } from '../../config/apt-source.ts';
import type { MirrorEntry, RepositoryEntry } from '../../config/config-file.ts';
import { withMirror } from '../../config/edit-config-file.ts';
import { PART_NAME } from '../../config/names.ts';
import { parsePlace } from '../../config/place.ts';
import { renderConfigFile } from '../../config/render-config-file.ts';
import type { ResolvedConfig } from '../../config/resolved-config.ts';
import { PakhusError } from '../../core/pakhus-error.ts';
import { type Command, defineCommand } from '../command.ts';
import { argument, flag, listOption, textOption } from '../inputs.ts';
import { sourceLines } from '../mirror-sources.ts';
import { configFileIn, storeAsWritten } from '../write-config-file.ts';

export const mirrorAdd: Command = defineCommand({
  inputs: {
    name: argument('how it is called'),
    source: argument('a URL, a line of sources.list in quotes, or a .list or .sources file'),
    package: listOption('name', 'a package, or a pattern such as lib*; with all that it needs'),
    optional: listOption('name', 'the same; what is not there is only told'),
    list: listOption('file', 'names, one a line, or REQUIRED_PACKAGES and OPTIONAL_PACKAGES'),
    section: listOption('name', 'all packages of a section'),
    priority: listOption('name', 'all packages of a priority'),
    recommends: flag('what packages recommend comes along'),
    suite: listOption('name', 'of a URL'),
    component: listOption('name', 'of a URL (default: main)'),
    architecture: listOption('name', 'default: that of this machine'),
    keyring: textOption('file', 'public keys: one of them must have signed'),
    unsigned: flag('take what nobody known has signed'),
    to: textOption('place', 'the channel that holds it (default: NAME/SUITE)'),
  },
  description:
    'Writes a mirror into pakhus.yaml: what is wanted of an upstream apt repository, and in which channel of your own it is kept. ' +
    'Nothing is fetched yet.',
  examples: [
    [
      'pakhus mirror add debian https://deb.example.org/debian --suite bookworm --keyring debian.gpg --package curl',
      'one package, and all that it needs',
    ],
    ['pakhus mirror add vendor vendor.sources --list image.env', 'what an image needs of a vendor'],
  ],
  changes: true,
  run: async (context, input) => {
    const config = await context.config();
    const { name } = input;
    const lines = await sourceLines({
      source: input.source,
      cwd: context.cwd,
      suites: input.suite,
      components: input.component,
      architectures: input.architecture,
      keyring: input.keyring && resolve(context.cwd, input.keyring),
      unsigned: input.unsigned,
    });
    const sources = lines.map(parseAptSource);
    const suite = sources[0]?.suite ?? '';
    const to = parsePlace(input.to ?? (PART_NAME.pattern.test(suite) ? `${name}/${suite}` : name));
    const entry: MirrorEntry = {
      to: [to.repository, to.channel, to.component].filter((part) => part !== undefined).join('/'),
      sources: lines,
      packages: some(input.package),
      optional: some(input.optional),
      lists: some(input.list),
      sections: some(input.section),
      priorities: some(input.priority),
      recommends: input.recommends || undefined,
    };
    const { file, text } = await currentText(context.cwd, config);
    const components = to.component === undefined ? sources.flatMap((one) => one.components) : [to.component];
    const isThere = config.repositories.value.some((one) => one.name === to.repository);
    const architectures = sources.flatMap((one) => one.architectures);
    const repository: RepositoryEntry = {
      format: 'deb',
      channels: [to.channel ?? 'stable'],
      components: [...new Set(components)],
      architectures: architectures.length > 0 ? [...new Set(architectures)] : [machineArchitecture()],
    };
    const next = withMirror(text, {
      name,
      entry,
      repository: isThere ? undefined : { name: to.repository, entry: repository },
    });
    const { parseConfigFile } = await import('../../config/parse-config-file.ts');
    parseConfigFile(Buffer.from(next), file);
    if (!context.flags.dryRun) await replaceFile(file, next);
    return { name, file, to: entry.to, sources: lines, dryRun: context.flags.dryRun };
  },
  render: ({ name, file, to, sources, dryRun }, { palette }) => [
    ...sources.map((line) => `  ${line}`),
    dryRun
      ? `Would write ${file}. Nothing was changed.`
      : palette.good(`Wrote ${file}: ${name} goes to ${to}.`),
    ...(dryRun ? [] : [`Next: ${palette.code(`pakhus mirror sync ${name}`)}`]),
  ],
});

function some(list: readonly string[]): readonly string[] | undefined {
  return list.length === 0 ? undefined : list;
}

/** The pakhus.yaml that is there, or the one that a first command leaves. */
export async function currentText(
  cwd: string,
  { projectFile, store, url }: ResolvedConfig,
): Promise<{ readonly file: string; readonly text: string }> {
  if (projectFile !== undefined) return { file: projectFile, text: await readFile(projectFile, 'utf8') };
  const text = renderConfigFile({
    store: storeAsWritten(store, cwd),
    url: url.value,
    repositories: {},
    ledger: [],
  });
  return { file: configFileIn(cwd), text };
}

/** @throws CLI_OUTPUT */
export async function replaceFile(file: string, text: string): Promise<void> {
  try {
    await writeFile(`${file}.new`, text);
    await rename(`${file}.new`, file);
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause)) throw cause;
    throw new PakhusError('CLI_OUTPUT', `${file} cannot be written: ${cause.message}`, {
      cause,
      details: { file },
    });
  }
}

const ARCHITECTURES: Readonly<Record<string, string>> = {
  x64: 'amd64',
  ia32: 'i386',
  arm: 'armhf',
  ppc64: 'ppc64el',
};

/** As Debian calls it. */
function machineArchitecture(): string {
  return ARCHITECTURES[process.arch] ?? process.arch;
}

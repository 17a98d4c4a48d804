/** `pakhus config show`: the values in force, and where each comes from. */
import type { Origin, RepositoryConfig, ResolvedConfig, Setting } from '../../config/resolved-config.ts';
import { type Command, defineCommand, type View } from '../command.ts';
import { flag } from '../inputs.ts';

interface ShownConfig {
  readonly files: readonly string[];
  readonly settings: readonly ShownSetting[];
  readonly withOrigin: boolean;
}

interface ShownSetting {
  readonly key: string;
  /** Null: not set. */
  readonly value: unknown;
  readonly origin: Origin;
}

export const configShow: Command = defineCommand({
  inputs: { origin: flag('also say where each value comes from') },
  description:
    'Flags win over PAKHUS_* variables, these over pakhus.yaml (looked for from the current folder upward), this over ' +
    "the user's config.yaml, this over what is built in. state and url belong to the store that the same file names.",
  run: async (context, { origin }): Promise<ShownConfig> => {
    const config = await context.config();
    const files = [config.projectFile, config.userFile].filter((path) => path !== undefined);
    return { files, settings: settingsOf(config), withOrigin: origin };
  },
  render: ({ files, settings, withOrigin }, view) => [
    ...(files.length === 0
      ? [view.palette.faint('# no configuration file: everything is built in or given')]
      : []),
    ...files.map((path) => view.palette.faint(`# ${path}`)),
    ...settings.flatMap((setting) => settingLines(setting, { view, withOrigin })),
  ],
});

function settingsOf(config: ResolvedConfig): ShownSetting[] {
  const show = <T>(key: string, { value, origin }: Setting<T>): ShownSetting => ({
    key,
    value: value ?? null,
    origin,
  });
  return [
    show('store', config.store),
    show('state', config.state),
    show('url', config.url),
    show('keys', config.keys),
    ...config.repositories.value.map((repository) =>
      show(`repositories.${repository.name}`, {
        value: plainRepository(repository),
        origin: repository.origin,
      }),
    ),
    show('signers', config.signers),
    show('ledger', config.ledger),
    show('proposers', config.proposers),
    show('purge', config.purge),
    show('pages', config.pages),
    show('products', config.products),
  ];
}

function plainRepository({
  path,
  settings,
  signers,
  bases,
}: RepositoryConfig): Readonly<Record<string, unknown>> {
  const { options, ...rest } = settings;
  return { path, ...rest, ...options, ...(signers && { signers }), ...(bases.length > 0 && { base: bases }) };
}

function settingLines(
  { key, value, origin }: ShownSetting,
  { view, withOrigin }: { readonly view: View; readonly withOrigin: boolean },
): string[] {
  const { palette } = view;
  const comment = withOrigin ? `  ${palette.faint(`# ${originText(origin)}`)}` : '';
  if (typeof value !== 'object' || value === null) {
    return [
      `${palette.strong(key)}: ${value === null ? palette.faint('(not set)') : String(value)}${comment}`,
    ];
  }
  const entries = Object.entries(value);
  if (entries.length === 0) return [`${palette.strong(key)}: ${palette.faint('(none)')}${comment}`];
  if (Array.isArray(value)) return [`${palette.strong(key)}: ${flow(value)}${comment}`];
  return [
    `${palette.strong(key)}:${comment}`,
    ...entries.map(([name, inner]) => `  ${name}: ${flow(inner)}`),
  ];
}

function flow(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function originText(origin: Origin): string {
  switch (origin.source) {
    case 'flag':
    case 'environment':
      return origin.name;
    case 'default':
      return 'built in';
    default:
      return `${origin.path}:${origin.line}`;
  }
}

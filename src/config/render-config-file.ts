/** The text of a pakhus.yaml as `init` writes it: what is set, and the lines that most people add next as comments. */
import { stringify } from 'yaml';
import type { ConfigFile, RepositoryEntry } from './config-file.ts';

/** What goes into the file. */
export interface RenderConfigOptions {
  /** As it is to be written: relative paths stay relative. */
  readonly store: string;
  readonly state?: string | undefined;
  readonly url?: string | undefined;
  readonly repositories: Readonly<Record<string, RepositoryEntry>>;
  /** Key ids of the ledger keys to trust. */
  readonly ledger: NonNullable<ConfigFile['ledger']>;
  /** Where editors find the JSON Schema: a URL, or a path from the file on. Undefined: no line for editors. */
  readonly schema?: string | undefined;
}

/** YAML that `parseConfigFile` reads back to the same values. */
export function renderConfigFile(options: RenderConfigOptions): string {
  const { schema, store, state, url, repositories, ledger } = options;
  return [
    ...(schema === undefined ? [] : [`# yaml-language-server: $schema=${schema}`]),
    '# Configuration of pakhus. What is in force: pakhus config show --origin. Every key: pakhus config schema.',
    '',
    '# Where the repositories are: a folder, from this file on.',
    `store: ${flow(store)}`,
    ...(state === undefined ? [] : ['', '# Where the ledger is.', `state: ${flow(state)}`]),
    '',
    '# Where clients reach the store.',
    url === undefined ? '# url: https://packages.example.org' : `url: ${flow(url)}`,
    '',
    'repositories:',
    ...Object.entries(repositories).flatMap(([name, entry]) => repositoryLines(name, entry)),
    ...(ledger.length === 0 ? [] : ['', '# Whose revisions are believed: ids of ledger keys.', 'ledger:']),
    ...ledger.map((id) => `  - ${flow(id)}`),
    '',
  ].join('\n');
}

/** The lines of a repository below `repositories:`. */
export function repositoryLines(name: string, entry: RepositoryEntry): string[] {
  const lines = Object.entries(entry)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `    ${key}: ${flow(value)}`);
  const more = [
    ...(entry.keep === undefined
      ? ['    # keep: 5             # newest versions kept of each package; default: all']
      : []),
    ...(entry['origin'] === undefined
      ? ['    # origin: Example     # who publishes; clients pin by it, so never change it']
      : []),
  ];
  return [`  ${flow(name)}:`, ...lines, ...more];
}

/** On one line, quoted where YAML wants it. */
function flow(value: unknown): string {
  return stringify(value, { collectionStyle: 'flow', flowCollectionPadding: false, lineWidth: 0 }).trimEnd();
}

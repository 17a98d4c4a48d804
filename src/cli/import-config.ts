/** What pakhus.yaml has to say once a repository is taken over: written where there is none, and shown where there is one. */
import { repositoryLines } from '../config/render-config-file.ts';
import { compareValues } from '../repository/change/compare-terms.ts';
import type { ImportResult } from '../repository/import/import-repository.ts';
import type { CliContext } from './context.ts';
import type { ImportPlace } from './locate-import.ts';
import { configFileIn, entryOf, storeAsWritten, writeConfigFile } from './write-config-file.ts';

export interface ImportConfig {
  /** The pakhus.yaml that was written; null: there is one, or it is a dry run. */
  readonly file: string | null;
  /** Lines that the pakhus.yaml that is there should have; none: it says the same. */
  readonly lines: readonly string[];
}

/** @throws CLI_OUTPUT */
export async function configureImport(
  context: CliContext,
  of: {
    readonly place: ImportPlace;
    readonly result: ImportResult;
    /** Of this machine. */
    readonly ledgerKey: string | undefined;
  },
): Promise<ImportConfig> {
  const { place, result, ledgerKey } = of;
  const { name, path, settings } = place.repository;
  const { format, ...others } = entryOf(result.settings);
  const entry = { format, ...(path !== name && { path: path || '.' }), ...others };
  if (place.config.projectFile !== undefined) {
    const isSame = compareValues({ ...settings }, { ...result.settings }).length === 0;
    return { file: null, lines: isSame ? [] : ['repositories:', ...repositoryLines(name, entry)] };
  }
  if (context.flags.dryRun) return { file: null, lines: [] };
  const file = configFileIn(context.cwd);
  await writeConfigFile(file, {
    store: storeAsWritten(place.config.store, context.cwd),
    url: place.config.url.value,
    repositories: { [name]: entry },
    ledger: ledgerKey === undefined ? [] : [ledgerKey],
  });
  return { file, lines: [] };
}

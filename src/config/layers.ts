/** The sources of the configuration, each as a layer of settings; the first layer wins. */
import { dirname } from 'node:path';
import { PakhusError } from '../core/pakhus-error.ts';
import { findClientUrlProblem, findStoreProblem, resolveStoreAddress, trimClientUrl } from './addresses.ts';
import type { ParsedConfigFile } from './parse-config-file.ts';
import type { Origin, Setting } from './resolved-config.ts';

/** Where the store is, as one source says it. Paths are absolute. */
export interface Layer {
  readonly store?: Setting<string> | undefined;
  readonly state?: Setting<string> | undefined;
  readonly url?: Setting<string> | undefined;
}

/** A configuration file that was read, and which of the two it is. */
export interface ConfigLayerFile {
  readonly source: 'project' | 'user';
  readonly file: ParsedConfigFile;
}

/** `--store`. @throws CLI_USAGE */
export function flagLayer({
  store,
  cwd,
}: {
  readonly store: string | undefined;
  readonly cwd: string;
}): Layer {
  if (store === undefined) return {};
  // `--store --json`: the value was forgotten.
  if (store.startsWith('-')) {
    throw new PakhusError('CLI_USAGE', `--store begins with '-'`, {
      hint: `Write ./${store} for a folder of that name.`,
    });
  }
  const problem = findStoreProblem(store);
  if (problem !== undefined) throw new PakhusError('CLI_USAGE', `--store ${problem}`);
  return { store: { value: resolveStoreAddress(store, cwd), origin: { source: 'flag', name: '--store' } } };
}

/** PAKHUS_STORE, PAKHUS_STATE and PAKHUS_URL; an empty variable counts as not set. @throws CONFIG_INVALID */
export function environmentLayer(env: Readonly<Record<string, string | undefined>>, cwd: string): Layer {
  const read = (name: string, find: (text: string) => string | undefined): Setting<string> | undefined => {
    const value = env[name];
    if (!value) return undefined;
    const problem = find(value);
    if (problem !== undefined) throw new PakhusError('CONFIG_INVALID', `${name} ${problem}`);
    return { value, origin: { source: 'environment', name } };
  };
  return absolute(
    {
      store: read('PAKHUS_STORE', findStoreProblem),
      state: read('PAKHUS_STATE', findStoreProblem),
      url: read('PAKHUS_URL', findClientUrlProblem),
    },
    cwd,
  );
}

/** The same keys of a file; relative paths start at its folder. */
export function fileLayer(layer: ConfigLayerFile): Layer {
  const read = (key: 'store' | 'state' | 'url'): Setting<string> | undefined => {
    const value = layer.file.content[key];
    return value === undefined ? undefined : { value, origin: fileOrigin(layer, [key]) };
  };
  return absolute({ store: read('store'), state: read('state'), url: read('url') }, dirname(layer.file.path));
}

/** Where in a file a key is. */
export function fileOrigin({ source, file }: ConfigLayerFile, path: readonly string[]): Origin {
  return { source, path: file.path, line: file.lineOf(path) };
}

/** The first layer's value of a key that belongs to a store; layers that name another store than the one in force do not count. */
export function ofStore(
  layers: readonly Layer[],
  { store, key }: { readonly store: string; readonly key: 'state' | 'url' },
): Setting<string | undefined> {
  const layer = layers.find((each) => each[key] && (each.store === undefined || each.store.value === store));
  return layer?.[key] ?? { value: undefined, origin: { source: 'default' } };
}

function absolute({ store, state, url }: Layer, folder: string): Layer {
  return {
    store: store && { ...store, value: resolveStoreAddress(store.value, folder) },
    state: state && { ...state, value: resolveStoreAddress(state.value, folder) },
    url: url && { ...url, value: trimClientUrl(url.value) },
  };
}

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createStaticServer, type StaticServer } from './http-server.ts';
import { type QuickArch, writeArchPackages } from './pacman-kit.ts';
import { createPakhus, type Pakhus } from './pakhus.ts';
import { type ClientAnswer, readClientAnswer } from './published-repository.ts';

/** What is published at first: a dependency with an epoch and `+`, in its name as well. */
export const TOOL: QuickArch = { name: 'tool', architecture: 'x86_64', fields: ['depend = docs++>=1:0.9'] };
export const DOCS: QuickArch = { name: 'docs++', version: '1:1.0+git1-1' };
/** Where the database and its packages lie in the store. */
export const PACMAN_FOLDER = 'pacman/x86_64';

/** The repository `pacman` in a store that is served. */
export interface ServedDatabase extends AsyncDisposable {
  readonly store: string;
  readonly server: StaticServer;
  readonly pakhus: Pakhus;
  publish(...specs: readonly QuickArch[]): Promise<unknown>;
  /** Writes `pakhus.yaml`; what is published stays as it is. */
  configure(settings: { readonly signDatabase: boolean }): Promise<void>;
  /** What `pakhus client` says. */
  client(): Promise<ClientAnswer>;
}

/** Publishes {@link TOOL} and {@link DOCS} into a store of their own. */
export async function servePacman({
  signDatabase = false,
}: {
  readonly signDatabase?: boolean;
} = {}): Promise<ServedDatabase> {
  const env: Record<string, string> = {};
  const pakhus = await createPakhus({ env });
  const store = join(pakhus.cwd, 'public');
  const server = await createStaticServer(store);
  env['PAKHUS_URL'] = server.url;
  const configure: ServedDatabase['configure'] = (settings) =>
    writeFile(
      join(pakhus.cwd, 'pakhus.yaml'),
      `repositories: { pacman: { format: pacman, signDatabase: ${settings.signDatabase} } }\n`,
    );
  await configure({ signDatabase });
  let runs = 0;
  const publish: ServedDatabase['publish'] = async (...specs) => {
    const folder = join(pakhus.cwd, `packages-${runs++}`);
    await writeArchPackages(folder, specs);
    return pakhus.json('publish', folder, '--init');
  };
  await publish(TOOL, DOCS);
  return {
    store,
    server,
    pakhus,
    publish,
    configure,
    client: async () => readClientAnswer(await pakhus.json('client', 'pacman')),
    [Symbol.asyncDispose]: async () => {
      await server[Symbol.asyncDispose]();
      await pakhus[Symbol.asyncDispose]();
    },
  };
}

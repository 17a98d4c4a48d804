import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { createStaticServer, type StaticServer } from './http-server.ts';
import { type DebSpec, makeDeb } from './make-deb.ts';
import { createPakhus, type Pakhus } from './pakhus.ts';

/**
 * What a user has after a first publish without any configuration: `./public` with the repository `deb`, reached over HTTP.
 */
export interface PublishedRepository extends AsyncDisposable {
  readonly pakhus: Pakhus;
  /** Serves the store. */
  readonly server: StaticServer;
  /** The store folder: the repository is `deb` below it. */
  readonly store: string;
  /** Makes packages and publishes them in one run, to `deb/stable/main` unless told otherwise. */
  publish(specs: readonly DebSpec[], to?: string): Promise<unknown>;
  /** The sources.list(5) text that `pakhus client` gives for a place. */
  sources(place?: string): Promise<string>;
}

/** Makes an empty store that is served; the first `publish` makes the repository. */
export async function createPublishedRepository(): Promise<PublishedRepository> {
  const env: Record<string, string> = {};
  const pakhus = await createPakhus({ env });
  const store = join(pakhus.cwd, 'public');
  const server = await createStaticServer(store);
  env['PAKHUS_URL'] = server.url;
  let runs = 0;
  return {
    pakhus,
    server,
    store,
    publish: async (specs, to = 'deb/stable/main') => {
      const folder = join(pakhus.cwd, `packages-${runs++}`);
      await mkdir(folder);
      for (const spec of specs) await makeDeb(folder, spec);
      return pakhus.json('publish', folder, '--init', '--to', to);
    },
    sources: async (place = 'deb/stable') => sourcesIn(readClientAnswer(await pakhus.json('client', place))),
    [Symbol.asyncDispose]: async () => {
      await server[Symbol.asyncDispose]();
      await pakhus[Symbol.asyncDispose]();
    },
  };
}

/** What `pakhus client --json` answers, as far as the tests read it. */
export interface ClientAnswer {
  readonly files: readonly { readonly path: string; readonly content: string }[];
  readonly script: string;
  readonly oneLiner: string;
  readonly undo: string;
  readonly variants: readonly {
    readonly title: string;
    readonly text: string;
    readonly replaces?: boolean | undefined;
  }[];
}

/** Checks the shape of `pakhus client --json`. */
export function readClientAnswer(answer: unknown): ClientAnswer {
  return CLIENT_ANSWER.parse(answer);
}

const CLIENT_ANSWER: z.ZodType<ClientAnswer> = z.object({
  files: z.array(z.object({ path: z.string(), content: z.string() })),
  script: z.string(),
  oneLiner: z.string(),
  undo: z.string(),
  variants: z.array(z.object({ title: z.string(), text: z.string(), replaces: z.boolean().optional() })),
});

/** The `.sources` file among the files of an answer. */
export function sourcesIn(answer: ClientAnswer): string {
  const file = answer.files.find(({ path }) => path.endsWith('.sources'));
  if (file === undefined) throw new Error(`no .sources file among ${answer.files.map(({ path }) => path)}`);
  return file.content;
}

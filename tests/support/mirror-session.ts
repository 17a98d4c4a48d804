import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openStorage } from '../../src/storage/open-storage.ts';
import { type CliSession, createCliSession } from './cli-session.ts';
import { type ForeignSuite, foreignSigner, writeForeignSuite } from './foreign-repository.ts';
import { createStaticServer, type StaticServer } from './http-server.ts';
import type { MainResult } from './run-main.ts';

/** A session beside a web server that has a repository of somebody else, whose key is in `vendor.asc`. */
export interface MirrorSession extends CliSession {
  readonly server: StaticServer;
  /** Brings upstream to another state; a second later, as its clients see it. */
  upstream(suite: ForeignSuite): Promise<void>;
  /** `mirror add vendor`, with the URL and the key of the server. */
  add(...args: readonly string[]): Promise<MainResult>;
  /** Paths of package files that were asked for since the last time. */
  asked(): readonly string[];
}

export async function createMirrorSession(suite: ForeignSuite): Promise<MirrorSession> {
  const session = await createCliSession();
  const folder = join(session.cwd, 'upstream');
  const store = await openStorage(folder, { create: true });
  const upstream: MirrorSession['upstream'] = async (next) => {
    await session.clock.sleep(1000);
    await writeForeignSuite({ store, folder: session.home, clock: session.clock }, next, '');
  };
  await upstream(suite);
  const server = await createStaticServer(folder);
  const { publicArmored } = await foreignSigner();
  await writeFile(join(session.cwd, 'vendor.asc'), publicArmored);
  return {
    ...session,
    server,
    upstream,
    add: (...args) => {
      const from = [server.url, '--suite', suite.name ?? 'bookworm', '--architecture', 'amd64'];
      return session.run('mirror', 'add', 'vendor', ...from, '--keyring', 'vendor.asc', ...args);
    },
    asked: () => {
      const paths = server.log.map(({ path }) => path.slice(1));
      server.clearLog();
      return paths;
    },
    [Symbol.asyncDispose]: async () => {
      await server[Symbol.asyncDispose]();
      await session[Symbol.asyncDispose]();
    },
  };
}

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { type ClientRequest, createServer, type IncomingMessage, request } from 'node:http';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { createStaticServer } from '../support/http-server.ts';
import { plainEnvironment } from '../support/run-command.ts';
import { lackOfTool } from '../support/skip.ts';

/**
 * The web server of a guide. Clients take it for their proxy, so that the address in the guide is the one that they ask:
 *
 *     apt ── GET http://packages.example.org/tools/dists/… ──▶ 127.0.0.1:PORT ──▶ the guide's server block
 */
export interface WebServer extends AsyncDisposable {
  /** Of 127.0.0.1. */
  readonly port: number;
}

/** How a server answers a request without a body. */
export interface Answer {
  readonly status: number | undefined;
  readonly cacheControl: string | undefined;
}

/** Starts nginx with a server block or, where there is no nginx, a plain static host for the block's `root`. */
export async function startWebServer(block: string, folder: string): Promise<WebServer> {
  return lackOfTool('nginx') === undefined ? startNginx(block, folder) : startStaticHost(block);
}

/** Asks for a file as a client does that has the server for its proxy. */
export async function ask(url: string, port: number): Promise<Answer> {
  const response = await answerTo(
    request({ host: '127.0.0.1', port, path: url, method: 'HEAD', agent: false }),
  );
  response.resume();
  return { status: response.statusCode, cacheControl: response.headers['cache-control'] };
}

function answerTo(asked: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    asked.on('response', resolve).on('error', reject).end();
  });
}

async function startNginx(block: string, folder: string): Promise<WebServer> {
  const home = join(folder, 'nginx');
  const port = await findFreePort();
  const temps = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  const config = [
    'daemon off;',
    // The test's folder is for its owner alone.
    ...(process.getuid?.() === 0 ? ['user root;'] : []),
    `pid ${home}/pid;`,
    'events {}',
    'http {',
    'access_log off;',
    ...temps.map((name) => `${name}_temp_path ${home}/${name};`),
    block.replace('listen 80;', `listen 127.0.0.1:${port};`),
    '}',
  ];
  await mkdir(home);
  await writeFile(join(home, 'nginx.conf'), `${config.join('\n')}\n`);
  const errors = join(home, 'error.log');
  const nginx = spawn('nginx', ['-p', home, '-c', join(home, 'nginx.conf'), '-e', errors], {
    env: plainEnvironment(),
    stdio: 'ignore',
  });
  const exited = once(nginx, 'exit');
  await untilItAnswers(port, () => readFile(errors, 'utf8'));
  return {
    port,
    [Symbol.asyncDispose]: async () => {
      nginx.kill('SIGQUIT');
      await exited;
    },
  };
}

async function startStaticHost(block: string): Promise<WebServer> {
  const root = /^\s*root (.*);$/m.exec(block)?.[1];
  if (root === undefined) throw new Error('the server block has no root');
  const server = await createStaticServer(root);
  server.setHook((path) =>
    path.includes('/.')
      ? { kind: 'status', status: 404 }
      : { kind: 'headers', headers: { 'cache-control': 'no-cache' } },
  );
  return {
    port: Number(new URL(server.url).port),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('there is no free port');
  return address.port;
}

async function untilItAnswers(port: number, complaints: () => Promise<string>): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt++) {
    try {
      await ask('/', port);
      return;
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ECONNREFUSED')) throw error;
      await setTimeout(50);
    }
  }
  throw new Error(`nginx does not answer: ${await complaints()}`);
}

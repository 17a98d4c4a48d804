/**
 * HTTP without a network: connections of this process to hosts below `.simulated` are two ends of a pipe in memory. Nothing waits for the
 * operating system, so virtual time can be in charge.
 */
import { Agent, type Server } from 'node:http';
import { type Duplex, duplexPair } from 'node:stream';

const servers = new Map<string, Server>();

/** Gives the server a name of its own, for as long as the scope lasts. */
export function nameServer(name: string, server: Server): Disposable {
  servers.set(name, server);
  return { [Symbol.dispose]: () => void servers.delete(name) };
}

/** Connects any host `….NAME.simulated` with the server that has this name. Other hosts stay as they are. */
export function installMemoryNetwork(): void {
  const { createConnection } = Agent.prototype;
  Agent.prototype.createConnection = function (options, callback) {
    const [, name = ''] = /([^.]+)\.simulated$/.exec(String(options.host)) ?? [];
    const server = servers.get(name);
    return server === undefined ? createConnection.call(this, options, callback) : connect(server);
  };
}

function connect(server: Server): Duplex {
  const [near, far] = duplexPair();
  const reset = (): void => {
    near.destroy(Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' }));
    far.destroy();
  };
  for (const end of [near, far]) Object.assign(end, socketMethods(end), { resetAndDestroy: reset });
  server.emit('connection', far);
  return near;
}

/** What HTTP asks of a socket besides carrying bytes. Nobody is timed out. */
function socketMethods(end: Duplex): object {
  const same = (): Duplex => end;
  return {
    setTimeout: same,
    setNoDelay: same,
    setKeepAlive: same,
    ref: same,
    unref: same,
    destroySoon: () => void end.end(),
  };
}

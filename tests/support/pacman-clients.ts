import { type AptClient, createMachineClient } from './apt-client.ts';
import { type Lack, lackOfRoot, lackOfTools } from './skip.ts';
import { createTrixieClient } from './trixie.ts';

/** A row of the table of clients that each end-to-end test of pacman repositories runs on. */
export interface PacmanRow {
  readonly name: string;
  readonly lack: Lack;
  /** The client; only to be called where nothing is lacking. */
  readonly client: () => AptClient;
}

/** The machine's own pacman, and the one of Debian 13. The second is made from packages when it is not there yet. */
export async function pacmanClients(): Promise<readonly PacmanRow[]> {
  const lack = lackOfRoot() ?? lackOfTools('pacman', 'pacman-key', 'gpg', 'gpgconf');
  const machine = lack === undefined ? await createMachineClient() : { lack };
  return [await row("the machine's pacman", machine), await row('pacman 7', await createTrixieClient())];
}

async function row(name: string, client: AptClient | { readonly lack: string }): Promise<PacmanRow> {
  if ('run' in client) {
    const { stdout } = await client.run(['pacman', '--version']);
    const version = /Pacman v(\S+)/.exec(stdout)?.[1] ?? 'unknown';
    return {
      name: `pacman ${version} of ${/^[^:]*/.exec(client.name)}`,
      lack: undefined,
      client: () => client,
    };
  }
  const { lack } = client;
  return {
    name,
    lack,
    client: () => {
      throw new Error(`${name} is not to be had: ${lack}`);
    },
  };
}

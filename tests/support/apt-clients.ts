import { type AptClient, createMachineClient } from './apt-client.ts';
import { type Lack, lackOfTools } from './skip.ts';
import { createTrixieClient } from './trixie.ts';

/** A row of the table of clients that each end-to-end test of deb repositories runs on. */
export interface ClientRow {
  readonly name: string;
  readonly lack: Lack;
  /** The client; only to be called where nothing is lacking. */
  readonly client: () => AptClient;
}

/** The machine's own apt, and apt 3 with sqv of Debian 13. The second is made from packages when it is not there yet. */
export async function aptClients(): Promise<readonly ClientRow[]> {
  const lack = lackOfTools('apt-get', 'apt-cache', 'dpkg', 'gpgv');
  const machine = lack === undefined ? await createMachineClient() : { lack };
  return [row("the machine's apt", machine), row('Debian 13: apt 3 with sqv', await createTrixieClient())];
}

function row(name: string, client: AptClient | { readonly lack: string }): ClientRow {
  if ('run' in client) return { name: client.name, lack: undefined, client: () => client };
  const { lack } = client;
  return {
    name,
    lack,
    client: () => {
      throw new Error(`${name} is not to be had: ${lack}`);
    },
  };
}

/** `pakhus key export`. */
import { exportPublicKey } from '../../repository/key-files.ts';
import { type Command, defineCommand } from '../command.ts';
import { argument } from '../inputs.ts';

export const keyExport: Command = defineCommand({
  inputs: { fingerprint: argument('of a signing key or a ledger key, as `pakhus key list` shows it') },
  description: 'Prints the public half of a key: armored for a signing key, one line for a ledger key.',
  run: async (context, { fingerprint }) => exportPublicKey((await context.config()).keys.value, fingerprint),
  render: ({ publicKey }) => publicKey.trimEnd().split('\n'),
});

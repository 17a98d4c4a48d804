/** `pakhus key export`. */
import { exportPublicKey, KEY_FORMS } from '../../repository/keys/key-files.ts';
import { type Command, defineCommand } from '../command.ts';
import { argument, choiceOption } from '../inputs.ts';

export const keyExport: Command = defineCommand({
  inputs: {
    fingerprint: argument('of a signing key or a ledger key, as `pakhus key list` shows it'),
    form: choiceOption(KEY_FORMS, 'of an OpenPGP key (default: armored)'),
  },
  description:
    'Prints the public half of a key. armored: a file for /etc/apt/keyrings/NAME.asc. signed-by: the lines of a .sources file. base64: the ' +
    'bytes of a binary keyring; `| base64 -d > NAME.gpg` makes one. A usign key is the file for /etc/opkg/keys. A ledger key is one line.',
  examples: [
    ['pakhus key export 0123456789abcdef', 'for `ledger:` in another pakhus.yaml'],
    ['pakhus key export FINGERPRINT --form base64 | base64 -d > tools.gpg', 'a binary keyring'],
  ],
  run: async (context, { fingerprint, form }) => {
    const { keys } = await context.config();
    return exportPublicKey(keys.value, { fingerprint, form: form ?? 'armored' });
  },
  render: ({ text }) => text.trimEnd().split('\n'),
});

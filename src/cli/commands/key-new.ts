/** `pakhus key new`. */
import { PakhusError } from '../../core/pakhus-error.ts';
import { makeLedgerKey, makeSigningKey, makeUsignKey } from '../../repository/keys/key-files.ts';
import { type Command, defineCommand } from '../command.ts';
import { argument, choiceOption, countOption, flag, textOption } from '../inputs.ts';

export const keyNew: Command = defineCommand({
  inputs: {
    name: argument('names the key file: a-z, 0-9, - and .'),
    algorithm: choiceOption(
      ['ed25519', 'rsa4096'],
      'rsa4096 for clients older than Debian 10 (default: ed25519)',
    ),
    userId: textOption(
      'text',
      'whom people see behind the key: "Name <mail@example.org>" (default: the name)',
    ),
    expires: countOption('days', 'when the key ends (default: never)'),
    kind: choiceOption(['openpgp', 'usign'], 'usign for opkg repositories (default: openpgp)'),
    ledger: flag('not a signing key, but a ledger key: it lets a machine change repositories'),
  },
  description:
    'Makes a key in your folder of keys, readable by you alone. A signing key is locked when PAKHUS_SIGNING_PASSPHRASE is set. ' +
    'To use it, list its name under `signers:` in pakhus.yaml and run `pakhus apply`. To let another machine change ' +
    'repositories, list the public part of its ledger key under `ledger:` and run `pakhus apply`.',
  run: async (context, { name, algorithm, userId, expires, kind, ledger }) => {
    const config = await context.config();
    const at = { folder: config.keys.value, config };
    if (ledger) return { kind: 'ledger', ...(await makeLedgerKey(at, name)) };
    if (kind === 'usign') {
      if ([algorithm, userId, expires].some((one) => one !== undefined)) throw onlyOpenPgp();
      return { kind, ...(await makeUsignKey(at, name)) };
    }
    const wanted = {
      algorithm: algorithm ?? ('ed25519' as const),
      userId: userId ?? name,
      createdMs: context.clock.now(),
      expiresDays: expires,
    };
    return { kind: 'openpgp', ...(await makeSigningKey(at, { name, env: context.env, ...wanted })) };
  },
  render: ({ kind, fingerprint, publicKey, path }, { palette }) => [
    palette.good(kind === 'ledger' ? `Made ledger key ${fingerprint}` : `Made signing key ${fingerprint}`),
    `  in ${path}; keep a copy of that file in a safe place`,
    ...(kind === 'usign'
      ? publicKey
          .trimEnd()
          .split('\n')
          .map((line) => `  ${line}`)
      : []),
    ...(kind === 'ledger' ? [`  public part: ${publicKey}`] : []),
  ],
});

function onlyOpenPgp(): PakhusError {
  return new PakhusError('CLI_USAGE', 'a usign key has neither algorithms, nor people, nor an end', {
    hint: 'Leave --algorithm, --user-id and --expires out.',
  });
}

import { randomUUID } from 'node:crypto';
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type CommandResult, outputOf, plainEnvironment, runCommand } from './run-command.ts';
import { createTempDir } from './temp.ts';

/** A GnuPG home folder of its own; its agent and its files go away with its scope. */
export interface GnuPg extends AsyncDisposable {
  /** What a gpg of this home runs with. */
  readonly env: Readonly<Record<string, string>>;
  /** Runs `gpg --batch` without a terminal; fails when gpg does. */
  gpg(args: readonly string[], input?: string | Uint8Array): Promise<string>;
  /** Makes a key that signs, and gives its armored halves. `options` go before the command, `expires` is gpg's. */
  makeKey(wanted: WantedKey): Promise<MadeKey>;
  /** The revocation that gpg prepared for a key when it made it. */
  revocationOf(key: MadeKey): Promise<string>;
}

export interface WantedKey {
  /** gpg's name: `rsa1024`, `ed25519`, `brainpoolP256r1`, … */
  readonly algorithm: string;
  readonly passphrase?: string;
  readonly options?: readonly string[];
  /** `never`, `10d`, `2027-01-01`. */
  readonly expires?: string;
}

export interface MadeKey {
  /** Lower-case hex. */
  readonly fingerprint: string;
  readonly secretArmored: string;
  readonly publicArmored: string;
}

export async function createGnuPg(): Promise<GnuPg> {
  const dir = await createTempDir('gpg');
  await chmod(dir.path, 0o700);
  // The agent would measure the machine for seconds to find how often to hash a passphrase.
  await writeFile(join(dir.path, 'gpg-agent.conf'), 's2k-count 65536\n');
  const env = { ...plainEnvironment(), GNUPGHOME: dir.path };
  const gpg: GnuPg['gpg'] = (args, input) =>
    outputOf(['gpg', '--batch', '--pinentry-mode', 'loopback', ...args], {
      env,
      ...(input === undefined ? {} : { input }),
    });
  return {
    env,
    gpg,
    async makeKey({ algorithm, passphrase = '', options = [], expires = 'never' }) {
      const asked = ['--passphrase', passphrase, ...options];
      const name = `${algorithm} ${randomUUID()}`;
      const status = await gpg([
        ...asked,
        '--status-fd',
        '1',
        '--quick-gen-key',
        name,
        algorithm,
        'sign',
        expires,
      ]);
      const fingerprint = /KEY_CREATED \S+ ([0-9A-F]{40})/.exec(status)?.[1] ?? '';
      return {
        fingerprint: fingerprint.toLowerCase(),
        secretArmored: await gpg([...asked, '--armor', '--export-secret-keys', fingerprint]),
        publicArmored: await gpg(['--armor', '--export', fingerprint]),
      };
    },
    async revocationOf({ fingerprint }) {
      const path = join(dir.path, 'openpgp-revocs.d', `${fingerprint.toUpperCase()}.rev`);
      // A colon before the first dashes keeps it from being imported by accident.
      return (await readFile(path, 'utf8')).replace(':-----BEGIN', '-----BEGIN');
    },
    async [Symbol.asyncDispose]() {
      await runCommand(['gpgconf', '--kill', 'all'], { env });
      await dir[Symbol.asyncDispose]();
    },
  };
}

/** A signature for a verifier: detached over `bytes`, or a clear-signed message alone. */
export interface ToVerify {
  /** Armored public keys that the verifier knows. */
  readonly keys: readonly string[];
  readonly signature: string | Uint8Array;
  readonly bytes?: Uint8Array;
}

/** What gpgv(1) says of every signature, in its own words: `GOODSIG`, `BADSIG`, `NO_PUBKEY`, `EXPKEYSIG`, … */
export async function gpgvVerdicts(toVerify: ToVerify): Promise<readonly string[]> {
  const status = await statusOfGpgv(toVerify);
  return [
    ...status.matchAll(/^\[GNUPG:\] (GOODSIG|BADSIG|EXPSIG|EXPKEYSIG|REVKEYSIG|NO_PUBKEY|NODATA) /gm),
  ].map((match) => match[1] ?? '');
}

/** The status lines of gpgv(1). */
export async function statusOfGpgv({ keys, signature, bytes }: ToVerify): Promise<string> {
  await using dir = await createTempDir('gpgv');
  const keyring = join(dir.path, 'keys.gpg');
  await writeFile(keyring, Buffer.concat(keys.map(dearmor)));
  await writeFile(join(dir.path, 'signature'), signature);
  await writeFile(join(dir.path, 'bytes'), bytes ?? '');
  const files = bytes === undefined ? ['signature'] : ['signature', 'bytes'];
  const result = await runCommand(['gpgv', '--keyring', keyring, '--status-fd', '1', ...files], {
    cwd: dir.path,
    env: { ...plainEnvironment(), GNUPGHOME: dir.path },
  });
  return result.stdout;
}

/** sqv(1) with its own policy, on a detached signature; code 0 when it accepts one. */
export async function runSqv({
  keys,
  signature,
  bytes = new Uint8Array(),
}: ToVerify): Promise<CommandResult> {
  await using dir = await createTempDir('sqv');
  await writeFile(join(dir.path, 'keys'), Buffer.concat(keys.map(dearmor)));
  await writeFile(join(dir.path, 'signature'), signature);
  await writeFile(join(dir.path, 'bytes'), bytes);
  return await runCommand(['sqv', '--keyring', 'keys', 'signature', 'bytes'], { cwd: dir.path });
}

/** The bytes of one armored block. */
export function dearmor(armored: string): Uint8Array {
  const lines = armored.trim().split(/\r?\n/);
  const body = lines.slice(lines.indexOf('') + 1, -1).filter((line) => !line.startsWith('='));
  return Buffer.from(body.join(''), 'base64');
}

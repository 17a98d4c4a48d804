import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** A throw-away home of gpg with one secret key, without a passphrase, for the peers to sign with. */
export interface GpgHome {
  readonly fingerprint: string;
  /** This process's environment with `GNUPGHOME` set. */
  readonly env: NodeJS.ProcessEnv;
  /** Ends the agent that gpg started for this home. */
  close(): Promise<void>;
}

const USER = 'pakhus bench <bench@example.org>';

/** Opens the home under `dir`, and makes an RSA key of 3072 bits, gpg's own default of years, when it has none. */
export async function openGpgHome(dir: string): Promise<GpgHome> {
  const home = join(dir, 'gnupg');
  await mkdir(home, { recursive: true, mode: 0o700 });
  const env = { ...process.env, GNUPGHOME: home };
  const run = promisify(execFile);
  const listKeys = async (): Promise<string | undefined> => {
    const { stdout } = await run('gpg', ['--batch', '--with-colons', '--list-secret-keys'], { env });
    return /^fpr:+([0-9A-F]{40}):/m.exec(stdout)?.[1];
  };
  if (!(await listKeys())) {
    const protection = ['--batch', '--pinentry-mode', 'loopback', '--passphrase', ''];
    await run('gpg', [...protection, '--quick-generate-key', USER, 'rsa3072', 'sign', 'never'], { env });
  }
  const fingerprint = await listKeys();
  if (!fingerprint) throw new Error(`gpg made no key in ${home}`);
  const close = async (): Promise<void> => {
    await run('gpgconf', ['--kill', 'all'], { env });
  };
  return { fingerprint, env, close };
}

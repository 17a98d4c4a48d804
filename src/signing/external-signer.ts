import { PakhusError } from '../core/pakhus-error.ts';
import { signedForm, splitClear } from './clear-text.ts';
import { frameSignatures } from './made-signature.ts';
import { type OpenPgpPublicKey, readPublicKey } from './openpgp-key.ts';
import { SOUND_DIGESTS } from './openpgp-key-info.ts';
import { requireSigningKey } from './openpgp-policy.ts';
import { type SignatureCheck, verifySignatures } from './openpgp-verify.ts';
import { runCommand } from './run-command.ts';
import type { Signer, SignOptions } from './signer.ts';

/** A command that signs, and the key that it is believed to sign with. */
export interface ExternalSignerOptions {
  /** Program and arguments, each by itself; there is no shell. `{time}` becomes the signing time in seconds since 1970. */
  readonly command: readonly [string, ...string[]];
  /** Armored public key. */
  readonly publicKey: string;
  /** Where the public key came from, for messages. */
  readonly origin: string;
  /** What the command inherits, without pakhus' own secrets. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Default 120,000: people look for their token, and type a PIN. */
  readonly timeoutMs?: number;
}

/**
 * A command as signer: gpg, or a wrapper of a hardware module. A plain gpg call needs no script:
 * ```
 * ["gpg", "--batch", "--local-user", "0123456789ABCDEF0123456789ABCDEF01234567"]
 * ["gpg", "--batch", "--local-user", "…", "--faked-system-time", "{time}!"]      the date to the second, same bytes every time
 * ["/usr/local/bin/sign-with-hsm"]
 * ```
 * The command is called with `--armor --clearsign` or `--armor --detach-sign` appended, and with `PAKHUS_SIGN_MODE` (`clear`,
 * `detached`) and `PAKHUS_SIGN_TIME` (seconds since 1970) in its environment; a wrapper reads whichever it likes. The text
 * comes on standard input; the clear-signed message, or the armored detached signature, is expected on standard output.
 * Only the signatures of what it prints are used: every one has to verify with `publicKey` over our text, with SHA-256, -384 or -512,
 * dated within ten minutes of the asked time.
 * @throws KEY_INVALID when the public key cannot be read. Signing: KEY_WEAK, or SIGN_FAILED with the end of its error output.
 */
export async function createExternalSigner(options: ExternalSignerOptions): Promise<Signer> {
  const publicKey = await readPublicKey(options.publicKey, options);
  const { info, publicArmored } = publicKey;
  return {
    fingerprint: info.fingerprint,
    publicArmored,
    key: info,
    async signClear(text, sign) {
      const signed = signedForm(text);
      const printed = await run({ ...options, ...sign, publicKey, mode: 'clear', input: text });
      const { signature } = splitClear(printed, (why) => unusable(publicKey, why));
      await check(publicKey, { signed, signature, ...sign });
      return await frameSignatures([signature], { mode: 'clear', bytes: text });
    },
    async signDetached(bytes, sign) {
      const printed = await run({ ...options, ...sign, publicKey, mode: 'detached', input: bytes });
      const signature = printed.toString('latin1');
      await check(publicKey, { signed: bytes, signature, ...sign });
      return await frameSignatures([signature], { mode: 'detached', bytes });
    },
  };
}

const TIMEOUT_MS = 120_000;
const MAX_OVERHEAD_BYTES = 64 * 1024;
const MAX_TIME_DIFFERENCE_MS = 10 * 60 * 1000;
const MODE_OPTIONS = { clear: '--clearsign', detached: '--detach-sign' } as const;
/** Secrets of pakhus that are none of the command's business. */
const OWN_SECRETS = /^PAKHUS_(SIGNING|USIGN|LEDGER)_/;

interface Run extends Omit<ExternalSignerOptions, 'publicKey'>, SignOptions {
  readonly publicKey: OpenPgpPublicKey;
  readonly mode: 'clear' | 'detached';
  readonly input: Uint8Array;
}

async function run({ command, publicKey, env, mode, input, dateMs, ...options }: Run): Promise<Buffer> {
  requireSigningKey(publicKey.info, dateMs);
  const time = String(Math.floor(dateMs / 1000));
  const [program, ...args] = command;
  const outcome = await runCommand(
    [program, ...args.map((arg) => arg.replaceAll('{time}', time)), '--armor', MODE_OPTIONS[mode]],
    {
      env: {
        ...Object.fromEntries(Object.entries(env).filter(([name]) => !OWN_SECRETS.test(name))),
        PAKHUS_SIGN_MODE: mode,
        PAKHUS_SIGN_TIME: time,
      },
      input,
      timeoutMs: options.timeoutMs ?? TIMEOUT_MS,
      // Dash-escaping at most doubles a text, and adds two bytes to every line end.
      maxOutputBytes: MAX_OVERHEAD_BYTES + (mode === 'clear' ? 3 * input.length : 0),
      signal: options.signal,
    },
  );
  if ('output' in outcome) return outcome.output;
  const { fingerprint } = publicKey.info;
  throw new PakhusError(
    'SIGN_FAILED',
    `Signing with key ${fingerprint} failed: ${outcome.failure}${lastWords(outcome.stderr)}`,
    {
      hint: `Try it by hand: ${program} with '--armor ${MODE_OPTIONS[mode]}' and a text on standard input.`,
      details: { fingerprint, program, stderr: outcome.stderr },
    },
  );
}

async function check(
  publicKey: OpenPgpPublicKey,
  { signed, signature, dateMs }: SignOptions & { readonly signed: Uint8Array; readonly signature: string },
): Promise<void> {
  const nowMs = dateMs + MAX_TIME_DIFFERENCE_MS;
  const checks = await verifySignatures([publicKey.key], { signed, signature, nowMs }).catch(
    (cause: unknown) => {
      throw unusable(publicKey, cause instanceof Error ? cause.message : String(cause), cause);
    },
  );
  for (const one of checks) {
    const why = problem(one, dateMs);
    if (why !== undefined) throw unusable(publicKey, why);
    const signingKeys = publicKey.info.signingKeys.filter(
      (key) => key.fingerprint === one.signingFingerprint,
    );
    requireSigningKey({ ...publicKey.info, signingKeys }, dateMs);
  }
}

function problem({ verdict, reason, signedMs, hash }: SignatureCheck, dateMs: number): string | undefined {
  if (verdict !== 'good') return reason;
  if (!SOUND_DIGESTS.has(hash)) return `it uses ${hash}, which clients refuse (gpg: --digest-algo SHA512)`;
  if (Math.abs(signedMs - dateMs) > MAX_TIME_DIFFERENCE_MS) {
    return `it is dated ${new Date(signedMs).toISOString()}, asked was ${new Date(dateMs).toISOString()}`;
  }
  return undefined;
}

function unusable({ info }: OpenPgpPublicKey, why: string, cause?: unknown): PakhusError {
  return new PakhusError(
    'SIGN_FAILED',
    `The signing command gave no signature of key ${info.fingerprint} over the text: ${why}`,
    {
      hint: 'Check that the command signs with the key whose public half is configured.',
      details: { fingerprint: info.fingerprint },
      cause,
    },
  );
}

function lastWords(stderr: string): string {
  const lines = stderr.split('\n').slice(-3);
  return stderr === '' ? '' : `: ${lines.join(' / ')}`;
}

import { PakhusError } from '../core/pakhus-error.ts';

/** A secret, or where it is. `origin` names the variable and is safe to print; the rest of a `text` is not. */
export type SecretSource = { readonly origin: string } & (
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'command'; readonly command: readonly [string, ...string[]] }
);

/** What the environment says about keys. */
export interface EnvironmentKeys {
  /** One or more armored OpenPGP secret keys: `PAKHUS_SIGNING_KEY` or `PAKHUS_SIGNING_KEY_FILE`. */
  readonly signing: SecretSource | undefined;
  /** A usign secret key: `PAKHUS_USIGN_KEY` or `PAKHUS_USIGN_KEY_FILE`. */
  readonly usign: SecretSource | undefined;
  /** `PAKHUS_SIGNING_PASSPHRASE`, `…_FILE` or `…_COMMAND`. */
  readonly passphrase: SecretSource | undefined;
  /** A ledger key in its file form: `PAKHUS_LEDGER_KEY` or `PAKHUS_LEDGER_KEY_FILE`. */
  readonly ledger: SecretSource | undefined;
}

/**
 * Reads the variables, not what they point to. An empty variable is as good as none: that is how CI passes a secret
 * that is not there. A `_COMMAND` is a JSON list of program and arguments, or words between blanks; no shell runs it.
 * @throws CONFIG_INVALID when two variables name the same secret, or a command cannot be read.
 */
export function keysFromEnvironment(env: Readonly<Record<string, string | undefined>>): EnvironmentKeys {
  return {
    signing: pick(env, 'PAKHUS_SIGNING_KEY'),
    usign: pick(env, 'PAKHUS_USIGN_KEY'),
    passphrase: pick(env, 'PAKHUS_SIGNING_PASSPHRASE', { command: true }),
    ledger: pick(env, 'PAKHUS_LEDGER_KEY'),
  };
}

function pick(
  env: Readonly<Record<string, string | undefined>>,
  name: string,
  { command: mayBeCommand = false } = {},
): SecretSource | undefined {
  const text = env[name] ?? '';
  const path = env[`${name}_FILE`] ?? '';
  const command = mayBeCommand ? (env[`${name}_COMMAND`] ?? '') : '';
  const sources: SecretSource[] = [];
  if (text !== '') sources.push({ kind: 'text', origin: name, text });
  if (path !== '') sources.push({ kind: 'file', origin: `${name}_FILE`, path });
  if (command !== '') {
    const origin = `${name}_COMMAND`;
    sources.push({ kind: 'command', origin, command: parseCommand(command, origin) });
  }
  const [source, other] = sources;
  if (other !== undefined) {
    throw new PakhusError(
      'CONFIG_INVALID',
      `${source?.origin} and ${other.origin} are both set; one is enough`,
      {
        hint: 'Unset the one that is not meant.',
      },
    );
  }
  return source;
}

function parseCommand(text: string, origin: string): readonly [string, ...string[]] {
  const [program, ...args] = text.trimStart().startsWith('[') ? parseList(text, origin) : words(text, origin);
  if (program === undefined || program === '') throw unreadable(origin);
  return [program, ...args];
}

function parseList(text: string, origin: string): readonly string[] {
  try {
    const list: unknown = JSON.parse(text);
    if (Array.isArray(list) && list.every((part): part is string => typeof part === 'string')) return list;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw unreadable(origin);
}

function words(text: string, origin: string): readonly string[] {
  if (/["'\\$`]/.test(text)) throw unreadable(origin);
  return text.split(/\s+/).filter((word) => word !== '');
}

/** Without the text: a command line may hold what should not be printed. */
function unreadable(origin: string): PakhusError {
  return new PakhusError(
    'CONFIG_INVALID',
    `${origin} is no command: quotes and $ mean nothing, as no shell runs it`,
    {
      hint: `Write a JSON list, such as ${origin}='["pass", "show", "repository key"]'`,
    },
  );
}

/** The user's own folders, as the XDG base directory specification says: https://specifications.freedesktop.org/basedir-spec/ */
import { join, resolve } from 'node:path';

/** Where to look for them. */
export interface UserFoldersInput {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The user's home folder. */
  readonly home: string;
  /** Absolute; where a relative PAKHUS_KEYS starts. */
  readonly cwd: string;
}

/** `$XDG_CONFIG_HOME/pakhus`, by default `~/.config/pakhus`. A relative XDG_CONFIG_HOME is ignored, as the specification asks. */
export function userConfigFolder({ env, home }: Pick<UserFoldersInput, 'env' | 'home'>): string {
  const base = env['XDG_CONFIG_HOME'];
  return join(base?.startsWith('/') ? base : join(home, '.config'), 'pakhus');
}

/** Where secret keys lie: PAKHUS_KEYS, by default `keys` in the user's configuration folder. */
export function userKeysFolder({ env, home, cwd }: UserFoldersInput): string {
  const given = env['PAKHUS_KEYS'];
  return given ? resolve(cwd, given) : join(userConfigFolder({ env, home }), 'keys');
}

/** `$XDG_CACHE_HOME/pakhus`, by default `~/.cache/pakhus`. */
export function userCacheFolder({ env, home }: Pick<UserFoldersInput, 'env' | 'home'>): string {
  const base = env['XDG_CACHE_HOME'];
  return join(base?.startsWith('/') ? base : join(home, '.cache'), 'pakhus');
}

import { type Contestant, findProgram } from '../contestant.ts';
import { type GpgHome, openGpgHome } from '../gpg-home.ts';
import { aptFtparchive } from './apt-ftparchive.ts';
import { aptly } from './aptly.ts';
import { reprepro } from './reprepro.ts';

/** The peers that are installed here. */
export interface Peers {
  readonly contestants: readonly Contestant[];
  /** One line for each that is not, with the Debian package that has it. */
  readonly skipped: readonly string[];
  /** Ends what runs on their behalf. */
  close(): Promise<void>;
}

const DEBIAN_PACKAGES = {
  'apt-ftparchive': 'apt-utils',
  reprepro: 'reprepro',
  aptly: 'aptly',
  gpg: 'gpg',
} as const;

/** Looks for the peers, and makes the key that they sign with. Their state goes below `dir`. */
export async function openPeers(dir: string): Promise<Peers> {
  const programs = Object.entries(DEBIAN_PACKAGES);
  const missing = new Set(programs.flatMap(([program]) => (findProgram(program) ? [] : [program])));
  const gpg = missing.has('gpg') ? undefined : await openGpgHome(dir);
  const contestants = [
    ...(missing.has('apt-ftparchive') ? [] : [aptFtparchive(dir)]),
    ...(gpg && !missing.has('reprepro') ? repreproTwice(dir, gpg) : []),
    ...(gpg && !missing.has('aptly') ? [aptly(dir, gpg)] : []),
  ];
  const skipped = programs
    .filter(([program]) => missing.has(program))
    .map(([program, name]) => `${program} is not installed (Debian package ${name})`);
  return { contestants, skipped, close: async () => gpg?.close() };
}

function repreproTwice(dir: string, gpg: GpgHome): Contestant[] {
  return [reprepro(dir, { gpg, compressions: ['gz'] }), reprepro(dir, { gpg, compressions: ['gz', 'xz'] })];
}

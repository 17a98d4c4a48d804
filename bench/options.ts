import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { CorpusOptions } from './corpus.ts';
import { APT_LISTS } from './stanzas.ts';

/** What `npm run bench` was asked for. */
export interface BenchOptions extends CorpusOptions {
  /** Packages of the large and of the small repository. */
  readonly count: number;
  readonly small: number;
  /** Runs of what is quick: adding one, removing one, `--version`. */
  readonly repeat: number;
  /** Runs of a full publish. */
  readonly fullRepeat: number;
  readonly peers: boolean;
  readonly pakhus: boolean;
  readonly quick: boolean;
  readonly json: boolean;
  readonly keep: boolean;
}

export const USAGE = `npm run bench -- [options]

  --quick              2,000 and 160 packages, under a minute; says nothing about the budgets
  --count N            packages of the large repository (63440)
  --small N            packages of the small one, for the growth (5000)
  --repeat N           runs of what is quick, medians are shown (5)
  --full-repeat N      runs of a full publish (1)
  --only peers|pakhus  leave the others out
  --compression NAME   inside the packages: gzip, xz, zstd or none (xz)
  --synthetic          make up every control stanza, also where apt has lists
  --seed N             another draw of stanzas and payloads (1)
  --dir DIR            corpora and repositories (/dev/shm/pakhus-bench, or the temporary folder)
  --keep               leave the repositories there; the corpora always stay
  --json               the same as data, on standard output
`;

/** Runs that add fewer packages share a corpus. */
const LEAST_EXTRA = 6;

const COMPRESSIONS = ['gzip', 'none', 'zstd', 'xz'] as const;

/** Reads the command line; undefined when only the usage is wanted. Throws what is wrong with it. */
export function readOptions(args: readonly string[]): BenchOptions | undefined {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: 'boolean', default: false },
      count: { type: 'string' },
      small: { type: 'string' },
      repeat: { type: 'string' },
      'full-repeat': { type: 'string' },
      only: { type: 'string' },
      compression: { type: 'string', default: 'xz' },
      synthetic: { type: 'boolean', default: false },
      seed: { type: 'string' },
      dir: { type: 'string', default: defaultFolder() },
      keep: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return undefined;
  const compression = COMPRESSIONS.find((name) => name === values.compression);
  if (!compression)
    throw new Error(`--compression ${values.compression}: expected ${COMPRESSIONS.join(', ')}`);
  if (values.only !== undefined && !['peers', 'pakhus'].includes(values.only)) {
    throw new Error(`--only ${values.only}: expected peers or pakhus`);
  }
  const repeat = whole('--repeat', values.repeat, values.quick ? 3 : 5);
  return {
    quick: values.quick,
    count: whole('--count', values.count, values.quick ? 2000 : 63_440),
    small: whole('--small', values.small, values.quick ? 160 : 5000),
    repeat,
    fullRepeat: whole('--full-repeat', values['full-repeat'], 1),
    extra: Math.max(LEAST_EXTRA, repeat + 1),
    peers: values.only !== 'pakhus',
    pakhus: values.only !== 'peers',
    compression,
    lists: values.synthetic ? '' : APT_LISTS,
    seed: whole('--seed', values.seed, 1),
    dir: resolve(values.dir),
    keep: values.keep,
    json: values.json,
  };
}

function whole(option: string, text: string | undefined, fallback: number): number {
  if (text === undefined) return fallback;
  if (!/^[1-9]\d{0,6}$/.test(text)) throw new Error(`${option} ${text}: expected a whole number from 1 on`);
  return Number(text);
}

function defaultFolder(): string {
  return join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'pakhus-bench');
}

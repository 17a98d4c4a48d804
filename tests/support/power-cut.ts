/**
 * Power cuts, from what a process asked the kernel for (strace). What was not synced when the power goes may be lost, or not:
 * the cruellest case is that of all names changed since the last sync only one is there.
 *
 * ```
 * write tmp ─ link a ─ syncfs ─ write tmp ─ fsync tmp ─ link b ─ link c ─ ✂        a, and one of b and c
 * ```
 */
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** A change of one name below the traced folder. */
export interface NameChange {
  readonly type: 'put' | 'drop';
  /** Below the folder. */
  readonly path: string;
  /** What was written to it. */
  readonly bytes: Uint8Array;
  /** How many of the bytes were synced before it got its name. */
  readonly syncedBytes: number;
}

/** What the disk is certain to have, and what it may have. */
export interface Epoch {
  /** Changes between two syncs of everything. */
  readonly changes: readonly NameChange[];
}

const CALLS = 'write,pwrite64,fsync,fdatasync,syncfs,link,linkat,rename,renameat,renameat2,unlink';

/** The command, traced; hexadecimal strings, so that any byte survives. */
export function straced(
  traceFile: string,
  command: readonly [string, ...string[]],
): readonly [string, ...string[]] {
  const strings = ['-xx', '-s', '10000000'];
  return ['strace', '-f', '-y', '-qq', ...strings, '-o', traceFile, '-e', `trace=${CALLS}`, ...command];
}

/** Reads a trace: the changes of names below `root`, an epoch for each sync, the last one unsynced. */
export async function readEpochs(traceFile: string, root: string): Promise<readonly Epoch[]> {
  const files = new Map<string, { bytes: Buffer; synced: number }>();
  const epochs: NameChange[][] = [[]];
  const last = (): NameChange[] => epochs.at(-1) ?? [];
  const below = (path: string): string | undefined =>
    path.startsWith(`${root}/`) && !path.includes('/.local/') ? path.slice(root.length + 1) : undefined;
  for (const { name, args } of joinCalls((await readFile(traceFile, 'latin1')).split('\n'))) {
    const paths = [...args.matchAll(/"((?:\\x[0-9a-f]{2})*)"/g)].map(([, hex = '']) => unhex(hex));
    const open = /^\d+<((?:\\x[0-9a-f]{2}|[^<>])*)>/.exec(args)?.[1];
    const path = open === undefined ? '' : unhex(open).toString();
    if (name === 'write' || name === 'pwrite64') {
      const file = files.get(path) ?? { bytes: Buffer.alloc(0), synced: 0 };
      files.set(path, { ...file, bytes: Buffer.concat([file.bytes, paths[0] ?? Buffer.alloc(0)]) });
    } else if (name === 'fsync' || name === 'fdatasync') {
      const file = files.get(path);
      if (file !== undefined) file.synced = file.bytes.length;
    } else if (name === 'syncfs') {
      for (const file of files.values()) file.synced = file.bytes.length;
      epochs.push([]);
    } else if (name === 'unlink') {
      const dropped = below(resolved(root, paths[0]));
      if (dropped !== undefined)
        last().push({ type: 'drop', path: dropped, bytes: Buffer.alloc(0), syncedBytes: 0 });
    } else {
      const [from, to] = paths.map((one) => resolved(root, one));
      const file = files.get(from ?? '');
      const put = below(to ?? '');
      if (put !== undefined && file !== undefined)
        last().push({ type: 'put', path: put, bytes: file.bytes, syncedBytes: file.synced });
    }
  }
  return epochs.map((changes) => ({ changes }));
}

/** The folder as it is after a power cut: `before`, the changes of whole epochs, and one more. */
export async function afterPowerCut(
  target: string,
  state: {
    readonly before: string;
    readonly certain: readonly Epoch[];
    readonly lucky: NameChange | undefined;
  },
): Promise<void> {
  await rm(target, { recursive: true, force: true });
  await cp(state.before, target, { recursive: true, preserveTimestamps: true });
  for (const { changes } of state.certain) for (const change of changes) await apply(target, change);
  const { lucky } = state;
  if (lucky !== undefined)
    await apply(target, { ...lucky, bytes: lucky.bytes.subarray(0, lucky.syncedBytes) });
}

async function apply(target: string, { type, path, bytes }: NameChange): Promise<void> {
  const file = join(target, path);
  await rm(file, { force: true });
  if (type === 'drop') return;
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, bytes);
}

/** Calls that succeeded, in the order in which they ended; threads interrupt each other's lines. */
function* joinCalls(lines: readonly string[]): Generator<{ readonly name: string; readonly args: string }> {
  const begun = new Map<string, string>();
  for (const line of lines) {
    const [, thread = '', rest = ''] = /^(\d+)\s+(.*)$/.exec(line) ?? [];
    if (rest.endsWith('<unfinished ...>')) {
      begun.set(thread, rest.slice(0, -'<unfinished ...>'.length));
      continue;
    }
    const resumed = /^<\.\.\. \w+ resumed>(.*)$/.exec(rest)?.[1];
    const whole = resumed === undefined ? rest : `${begun.get(thread) ?? ''}${resumed}`;
    const [, name = '', args = '', result = ''] = /^(\w+)\((.*)\)\s+= (-?\d+)/.exec(whole) ?? [];
    if (name !== '' && !result.startsWith('-')) yield { name, args };
  }
}

function unhex(text: string): Buffer {
  return Buffer.from(text.replaceAll('\\x', ''), 'hex');
}

function resolved(root: string, path: Buffer | undefined): string {
  const text = path?.toString() ?? '';
  return text.startsWith('/') ? text : join(root, '..', text);
}

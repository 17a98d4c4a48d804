import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';

const STORAGE = new URL('../../src/storage/index.ts', import.meta.url).href;

/** Another process that works on the same directory. */
export interface StorageProcess {
  readonly pid: number;
  /** The next value that it says; fails when it ends before. */
  next(): Promise<unknown>;
  /** Lets it go on after its next `heard()`. */
  go(): void;
  kill(signal: NodeJS.Signals): void;
  /** All that it has not been asked for yet; fails unless it ends well. */
  rest(): Promise<readonly unknown[]>;
  /** Resolves when it is gone, however. */
  gone: Promise<void>;
}

/**
 * Starts a process that runs `code`, TypeScript, with `storage` (the directory `root`), `pakhus` (all of pakhus/storage),
 * `say(value)` and `heard()`, which waits for {@link StorageProcess.go}.
 * @param before Runs when everything is imported, and before the directory is opened.
 */
export function startStorageProcess(
  root: string,
  code: string,
  { before = '', wrapper = [] }: { readonly before?: string; readonly wrapper?: readonly string[] } = {},
): StorageProcess {
  const program = `
    import * as pakhus from ${JSON.stringify(STORAGE)};
    const say = (value) => process.stdout.write(JSON.stringify(value) + '\\n');
    const heard = () => new Promise((resolve) => process.stdin.once('data', resolve));
    ${before}
    const storage = await pakhus.openLocalStorage({ root: ${JSON.stringify(root)} });
    ${code}
    process.stdin.destroy();`;
  const [command = process.execPath, ...args] = [
    ...wrapper,
    process.execPath,
    '--disable-warning=ExperimentalWarning',
    '--input-type=module-typescript',
    '-e',
    program,
  ];
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const complaints = text(child.stderr);
  const closed = once(child, 'close');
  child.stdin.on('error', () => undefined);
  return {
    pid: child.pid ?? -1,
    next: async () => {
      const line = await lines.next();
      if (line.done) throw new Error(`the process ended: ${await complaints}`);
      return JSON.parse(line.value);
    },
    go: () => {
      child.stdin.write('go\n');
    },
    kill: (signal) => {
      child.kill(signal);
    },
    rest: async () => {
      const values: unknown[] = [];
      for (let line = await lines.next(); !line.done; line = await lines.next()) {
        values.push(JSON.parse(line.value));
      }
      const [code] = await closed;
      if (code !== 0) throw new Error(`the process ended with ${code}: ${await complaints}`);
      return values;
    },
    gone: closed.then(() => undefined),
  };
}

import { ProcessDeath } from '../../../src/storage/fault.ts';
import type { Storage } from '../../../src/storage/storage.ts';
import { wrapBody } from '../../../src/storage/wrap-body.ts';

/** A process that may die: with its request on the way, wherever it is in its work. */
export interface Mortality {
  readonly isDead: boolean;
  die(): void;
  /** Rejects with ProcessDeath when it dies. */
  readonly end: Promise<never>;
}

export function createMortality(name: string): Mortality {
  const { promise: end, reject } = Promise.withResolvers<never>();
  end.catch(() => {});
  let isDead = false;
  return {
    get isDead() {
      return isDead;
    },
    die: () => {
      isDead = true;
      reject(new ProcessDeath(`${name} was killed`));
    },
    end,
  };
}

export interface MortalOptions {
  /** What is assumed until it is open. */
  readonly capabilities: Storage['capabilities'];
  /** Opened with the first call. */
  readonly open: () => Promise<Storage>;
  readonly mortality: Mortality;
  /** Runs before a call. */
  readonly before: (
    operation: 'stat' | 'read' | 'write' | 'copy' | 'delete' | 'list',
    key: string,
  ) => Promise<void>;
  /** Runs before its outcome is known to the caller. */
  readonly after: () => Promise<void>;
}

/** A store as a process has it: all calls end with the process, whatever they are waiting for. */
export function mortalStorage(name: string, options: MortalOptions): Storage {
  const { open, mortality, before, after } = options;
  let opening: Promise<Storage> | undefined;
  let opened: Storage | undefined;
  const live = <T>(work: () => Promise<T>): Promise<T> =>
    mortality.isDead ? mortality.end : Promise.race([work(), mortality.end]);
  const ask = <T>(
    operation: Parameters<MortalOptions['before']>[0],
    key: string,
    work: (storage: Storage) => Promise<T>,
  ): Promise<T> =>
    live(async () => {
      await before(operation, key);
      try {
        opening ??= open();
        opened = await opening;
      } catch (error) {
        opening = undefined;
        throw error;
      }
      try {
        return await work(opened);
      } finally {
        await after();
      }
    });
  return {
    name,
    get capabilities() {
      return opened?.capabilities ?? options.capabilities;
    },
    stat: (key, call) => ask('stat', key, (storage) => storage.stat(key, call)),
    read: async (key, call) => {
      const { info, body } = await ask('read', key, (storage) => storage.read(key, call));
      return { info, body: wrapBody(body, { step: live }) };
    },
    write: (key, body, call) => ask('write', key, (storage) => storage.write(key, body, call)),
    copy: (from, to, call) => ask('copy', to, (storage) => storage.copy(from, to, call)),
    delete: (key, call) => ask('delete', key, (storage) => storage.delete(key, call)),
    list: async function* (prefix, call) {
      const infos = await ask('list', prefix, async (storage) =>
        storage.list(prefix, call)[Symbol.asyncIterator](),
      );
      for (let next = await live(() => infos.next()); !next.done; next = await live(() => infos.next()))
        yield next.value;
    },
    settle: (call) => live(async () => opened?.settle(call)),
    exclusive: (work, call) => ask('write', '', (storage) => storage.exclusive(work, call)),
  };
}

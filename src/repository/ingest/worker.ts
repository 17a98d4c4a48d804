/** A worker thread: answers requests until it is told to stop. */
import { parentPort } from 'node:worker_threads';
import { openStorage } from '../../storage/open-storage.ts';
import { prefixStorage } from '../../storage/prefix.ts';
import type { Storage } from '../../storage/storage.ts';
import { type Ingested, type InspectedBatch, inspectAll, storeAll } from './handle-request.ts';
import type { KnownDigests } from './inspected.ts';
import {
  outcomesToWire,
  type Request,
  type Response,
  type TreeLocation,
  type Work,
  type WorkResult,
} from './worker-messages.ts';

const trees = new Map<string, Promise<Storage>>();
let known: KnownDigests = new Map();

parentPort?.on('message', async ({ id, work }: Request) => {
  const { outcomes, packages } = work.type === 'inspect' ? await inspect(work) : await store(work);
  const response: Response = { id, outcomes: outcomesToWire<WorkResult>(outcomes), packages };
  parentPort?.postMessage(
    response,
    packages === undefined ? [] : [packages.lot.label.bytes.buffer, packages.lot.texts.bytes.buffer],
  );
});

function inspect({ paths, digests = known }: Extract<Work, { type: 'inspect' }>): Promise<InspectedBatch> {
  known = digests;
  return inspectAll(paths, known);
}

async function store({ tree, tasks }: Extract<Work, { type: 'store' }>): Promise<{
  readonly outcomes: readonly Ingested<string>[];
  readonly packages: undefined;
}> {
  try {
    return { outcomes: await storeAll(await treeAt(tree), tasks), packages: undefined };
  } catch (error) {
    return { outcomes: tasks.map(() => ({ error })), packages: undefined };
  }
}

function treeAt(location: TreeLocation): Promise<Storage> {
  const open = trees.get(location.store + location.path);
  if (open !== undefined) return open;
  const opened = openStorage(location.store, {}).then((store) => prefixStorage(store, location.path));
  trees.set(location.store + location.path, opened);
  return opened;
}

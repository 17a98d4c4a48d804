/** A worker thread: answers requests until it is told to stop. */
import { parentPort } from 'node:worker_threads';
import { openStorage } from '../../storage/open-storage.ts';
import { prefixStorage } from '../../storage/prefix.ts';
import type { Storage } from '../../storage/storage.ts';
import { type Ingested, type InspectedBatch, inspectAll, storeAll } from './handle-request.ts';
import type { InspectOptions } from './inspect-package.ts';
import {
  outcomesToWire,
  type Request,
  type Response,
  type TreeLocation,
  type Work,
  type WorkResult,
} from './worker-messages.ts';

const trees = new Map<string, Promise<Storage>>();
let told: InspectOptions = {};

parentPort?.on('message', async ({ id, work }: Request) => {
  const { outcomes, packages } = work.type === 'inspect' ? await inspect(work) : await store(work);
  const response: Response = { id, outcomes: outcomesToWire<WorkResult>(outcomes), packages };
  parentPort?.postMessage(
    response,
    packages === undefined ? [] : [packages.lot.label.bytes.buffer, packages.lot.texts.bytes.buffer],
  );
});

function inspect({ paths, options = told }: Extract<Work, { type: 'inspect' }>): Promise<InspectedBatch> {
  told = options;
  return inspectAll(paths, told);
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

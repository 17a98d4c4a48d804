/** A worker thread: answers requests until it is told to stop. */
import { parentPort } from 'node:worker_threads';
import { openStorage } from '../../storage/open-storage.ts';
import { prefixStorage } from '../../storage/prefix.ts';
import type { Storage } from '../../storage/storage.ts';
import { type Ingested, inspectAll, storeAll } from './handle-request.ts';
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
  const response: Response = { id, outcomes: outcomesToWire(await outcomesOf(work)) };
  parentPort?.postMessage(response);
});

async function outcomesOf(work: Work): Promise<readonly Ingested<WorkResult>[]> {
  if (work.type === 'inspect') {
    known = work.digests ?? known;
    return inspectAll(work.paths, known);
  }
  try {
    return await storeAll(await treeAt(work.tree), work.tasks);
  } catch (error) {
    return work.tasks.map(() => ({ error }));
  }
}

function treeAt(location: TreeLocation): Promise<Storage> {
  const open = trees.get(location.store + location.path);
  if (open !== undefined) return open;
  const opened = openStorage(location.store, {}).then((store) => prefixStorage(store, location.path));
  trees.set(location.store + location.path, opened);
  return opened;
}

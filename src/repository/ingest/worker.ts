/** A worker thread: answers requests until it is told to stop. */
import { parentPort } from 'node:worker_threads';
import { openStorage } from '../../storage/open-storage.ts';
import { prefixStorage } from '../../storage/prefix.ts';
import type { Storage } from '../../storage/storage.ts';
import { inspectAll, storeAll } from './handle-request.ts';
import type { InspectedPackage } from './inspected.ts';
import { outcomesToWire, type Request, type Response, type TreeLocation } from './worker-messages.ts';

const trees = new Map<string, Promise<Storage>>();

parentPort?.on('message', async (request: Request) => {
  const outcomes =
    request.type === 'inspect'
      ? await inspectAll(request.paths)
      : await storeAll(await treeAt(request.tree), request.tasks);
  const response: Response = {
    id: request.id,
    outcomes: outcomesToWire<InspectedPackage | string>(outcomes),
  };
  parentPort?.postMessage(response);
});

function treeAt(location: TreeLocation): Promise<Storage> {
  const known = trees.get(location.store + location.path);
  if (known !== undefined) return known;
  const opened = openStorage(location.store, {}).then((store) => prefixStorage(store, location.path));
  trees.set(location.store + location.path, opened);
  return opened;
}

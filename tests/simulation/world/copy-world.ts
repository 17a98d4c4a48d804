import type { ObjectInfo, WriteOptions } from '../../../src/storage/storage.ts';
import type { Palette } from './palette.ts';
import { createWorld, type World } from './world.ts';

/** Another world whose store has had the same changes, and whose time goes on from there. */
export async function copyWorld(base: World, palette: Palette): Promise<World> {
  const world = createWorld({ kind: base.kind, palette, startMs: base.scheduler.now() });
  for (const change of base.changes) {
    if (change.type === 'put') await world.store.write(change.key, change.bytes, metadataOf(change.info));
    else await world.store.delete(change.key);
  }
  world.check();
  return world;
}

function metadataOf({ contentType, cacheControl, meta }: ObjectInfo): WriteOptions {
  return {
    ...(contentType === undefined ? {} : { contentType }),
    ...(cacheControl === undefined ? {} : { cacheControl }),
    ...(meta === undefined ? {} : { meta }),
  };
}

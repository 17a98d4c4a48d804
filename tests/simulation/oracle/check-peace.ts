import '../world/instant-zlib.ts';
import { ulidTime } from '../../../src/core/ulid.ts';
import { verifyRepository } from '../../../src/repository/verify/verify.ts';
import type { Command } from '../world/commands.ts';
import { execute, together } from '../world/execute.ts';
import { openRepository, STATE, TREE } from '../world/open-repository.ts';
import type { Palette } from '../world/palette.ts';
import type { World } from '../world/world.ts';
import { packagesOf } from './model.ts';

/** What is left to do when everybody is done: one more publish, without faults. */
export function lastPublish({ last }: Palette): Command {
  return { type: 'publish', to: { channel: 'stable', component: 'main' }, samples: [last] };
}

/**
 * After a publish without faults, a repair: then nothing is open, nothing is torn, and clients see the newest revision.
 * @throws Error
 */
export async function checkPeace(world: World): Promise<void> {
  const { oracle } = world;
  await together(world, [execute(world, world.process('repair@calm'), { type: 'repair' })]);
  const tail = oracle.log.tail();
  if (tail === undefined) throw new Error('nothing was published');
  const { rev } = tail.record;
  if (oracle.published() !== rev)
    throw new Error(`published is ${oracle.published()}, the newest revision ${rev}`);
  for (const { path, sha256 } of tail.pointers.values()) {
    if (oracle.shadow.sha256(`${TREE}/${path}`) !== sha256)
      throw new Error(`${path} is not what revision ${rev} says`);
  }
  for (const { name } of tail.state.settings?.channels ?? []) {
    const found = oracle.client.read(name)?.packages.join('\n');
    const expected = packagesOf(tail.state, name).join('\n');
    if (found !== expected) throw new Error(`${name} holds\n${found}\ninstead of\n${expected}`);
  }
  const open = oracle.shadow
    .keys(`${STATE}/inbox/`)
    .filter((key) => key.endsWith('/intent.json') && !isForgotten(key, world.scheduler.now()));
  if (open.length > 0) throw new Error(`still in the inbox: ${open.join(', ')}`);
  await together(world, [checkVerify(world)]);
}

/** What is older than 14 days belongs to the collection, as do files whose proposal was never written. */
function isForgotten(key: string, nowMs: number): boolean {
  const id = key.split('/')[4] ?? '';
  return nowMs - (ulidTime(id) ?? 0) > 14 * 86_400_000;
}

/** Signatures are the oracle's business: they are simulated. */
async function checkVerify(world: World): Promise<void> {
  const { findings } = await verifyRepository(openRepository(world.process('reader@calm')), {
    report: () => {},
  });
  const found = findings.filter(({ area }) => area !== 'signature');
  if (found.length > 0) throw new Error(`verify finds ${JSON.stringify(found)}`);
}

/**
 * Timeline 1: A dies between two phases of revision 5 (noble); B commits to another channel (jammy); collection 16 days later; a client
 * with the index of revision 4.
 */
import { expect, test } from 'vitest';
import { faultyStorage, ProcessDeath } from '../../../src/storage/fault.ts';
import type { Storage } from '../../../src/storage/storage.ts';
import { readAsClient } from '../../support/apt-reader.ts';
import {
  collect,
  createYard,
  DAY,
  problemsOf,
  STORES,
  seenBy,
  type Yard,
} from '../../support/collection-kit.ts';
import { heldBy } from '../../support/held-index.ts';

const ENTRY = 'deb/dists/noble/InRelease';
const isEntry = (key: string): boolean => key === ENTRY;
const isPointer = (key: string): boolean => key.startsWith('deb/dists/') && !key.includes('/by-hash/');

/** A process that dies in front of its first write to such a key. */
function dyingAt(isWhere: (key: string) => boolean): (store: Storage) => Storage {
  return (store) =>
    faultyStorage(store, {
      decide: ({ operation, key }) =>
        operation === 'write' && isWhere(key) ? { type: 'death', applied: false } : { type: 'none' },
    });
}

async function publishAndDie(
  yard: Yard,
  doing: { channel: string; version: string; at: (key: string) => boolean },
): Promise<void> {
  const { channel, version, at } = doing;
  const packages = [{ name: `of-${channel}`, version }];
  const dying = yard.process(dyingAt(at)).publish(packages, { to: `deb/${channel}` });
  await expect(dying).rejects.toThrow(ProcessDeath);
}

/** Four published revisions of noble, and the client that has read the fourth. A dies before the entry of the fifth. */
async function withDeadPublisher(
  capabilities: Parameters<typeof createYard>[0],
): Promise<{ yard: Yard; client: Storage }> {
  const yard = await createYard(capabilities, 'channels: [noble, jammy], keep: 1');
  for (const version of ['1', '2', '3', '4']) {
    await yard.user.publish([{ name: 'of-noble', version }], { to: 'deb/noble' });
    yard.clock.advance(DAY);
  }
  const client = await heldBy(yard.store, ENTRY);
  await publishAndDie(yard, { channel: 'noble', version: '5', at: isEntry });
  return { yard, client };
}

test.each(STORES)(
  'B dies too, nobody publishes for 16 days: the client finds it all (%s)',
  async (_name, kind) => {
    const { yard, client } = await withDeadPublisher(kind);
    await using _ = yard;
    for (const version of ['1', '2', '3', '4'])
      await publishAndDie(yard, { channel: 'jammy', version, at: isPointer });
    yard.clock.advance(16 * DAY);
    await collect(yard.user);
    expect((await readAsClient(client, 'deb', 'noble'))?.packages).toEqual(['of-noble 4']);
    expect(await seenBy(yard, 'noble')).toEqual(['of-noble 5']);
    expect(await seenBy(yard, 'jammy')).toEqual(['of-jammy 4']);
    expect(await problemsOf(yard.user)).toEqual([]);
  },
);

test.each(STORES)(
  'B finishes both: 16 days later the old index goes, not before (%s)',
  async (_name, kind) => {
    const { yard, client } = await withDeadPublisher(kind);
    await using _ = yard;
    for (const version of ['1', '2', '3', '4'])
      await yard.user.publish([{ name: 'of-jammy', version }], { to: 'deb/jammy' });
    yard.clock.advance(13 * DAY);
    await collect(yard.user);
    expect((await readAsClient(client, 'deb', 'noble'))?.packages).toEqual(['of-noble 4']);
    yard.clock.advance(3 * DAY);
    await collect(yard.user);
    await expect(readAsClient(client, 'deb', 'noble')).rejects.toMatchObject({
      code: 'STORE_OBJECT_NOT_FOUND',
    });
    expect(await seenBy(yard, 'noble')).toEqual(['of-noble 5']);
    expect(await problemsOf(yard.user)).toEqual([]);
  },
);

/** Timeline 9: two first publishes with --init at once, on one machine and on two. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createMemoryStorage } from '../../../src/storage/memory.ts';
import { readAsClient } from '../../support/apt-reader.ts';
import { problemsOf, STORES } from '../../support/collection-kit.ts';
import { fakeClock } from '../../support/ledger-kit.ts';
import { createTempDir } from '../../support/temp.ts';
import { createTestUser } from '../../support/test-repository.ts';

test.each(STORES)(
  'on one machine: one repository, one set of keys, both packages (%s)',
  async (_name, capabilities) => {
    await using dir = await createTempDir('init');
    const clock = fakeClock();
    const store = createMemoryStorage({ clock, name: '/simulated', capabilities });
    const [ann, bob] = ['ann@desk', 'bob@desk'].map((author) =>
      createTestUser({ store, clock, folder: dir.path, author }),
    );
    await Promise.all([ann?.publish([{ name: 'a' }]), bob?.publish([{ name: 'b' }])]);
    expect((await readAsClient(store, 'deb', 'stable'))?.packages).toEqual(['a 1.0', 'b 1.0']);
    expect(await readdir(join(dir.path, '.config/pakhus/keys'))).toHaveLength(2);
    if (ann !== undefined) expect(await problemsOf(ann)).toEqual([]);
  },
);

test.each(STORES)(
  'on two machines: one makes it, the other drops its keys and says whom to ask (%s)',
  async (_name, capabilities) => {
    await using desk = await createTempDir('desk');
    await using lap = await createTempDir('lap');
    const clock = fakeClock();
    const store = createMemoryStorage({ clock, name: '/simulated', capabilities });
    const users = [
      createTestUser({ store, clock, folder: desk.path, author: 'ann@desk' }),
      createTestUser({ store, clock, folder: lap.path, author: 'bob@lap' }),
    ];
    const outcomes = await Promise.allSettled(users.map((user, at) => user.publish([{ name: `of-${at}` }])));
    const winner = outcomes.findIndex(({ status }) => status === 'fulfilled');
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(outcomes.find(({ status }) => status === 'rejected')).toMatchObject({
      reason: { code: 'KEY_NOT_FOUND', exitCode: 4, message: expect.stringContaining('made the repository') },
    });
    const loser = users[1 - winner];
    expect(await readdir(join(loser?.folder ?? '', '.config/pakhus/keys'))).toEqual([]);
    expect((await readAsClient(store, 'deb', 'stable'))?.packages).toEqual([`of-${winner} 1.0`]);
    const [user] = users.slice(winner, winner + 1);
    if (user !== undefined) expect(await problemsOf(user)).toEqual([]);
  },
);

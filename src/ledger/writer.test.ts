/** A store that cannot keep two writers apart, and the one host that writes to it. */
import { expect, test } from 'vitest';
import { fakeClock, newSigner, openLedger, publicText, say } from '../../tests/support/ledger-kit.ts';
import { createMemoryStorage } from '../storage/memory.ts';

const NETWORK = { createIfAbsent: false, replaceIfMatch: false, exclusive: false, metadata: false };

function network() {
  const clock = fakeClock();
  const store = createMemoryStorage({ clock, capabilities: NETWORK });
  const signer = newSigner();
  return (host: string, writesAlone: boolean) =>
    openLedger(store, clock, { signer, machine: { host, writesAlone } });
}

test('the host that made the repository alone writes to it, again and again', async () => {
  const open = network();
  await say(open('desk', true), 'one');
  await say(open('desk', true), 'two');
  expect(await publicText(open('desk', true).ledger)).toBe('2: one two\n');
});

test('any other host is refused, whatever it says of itself', async () => {
  const open = network();
  await say(open('desk', true), 'one');
  await expect(say(open('lap', true), 'two')).rejects.toMatchObject({
    code: 'STORE_UNSAFE',
    exitCode: 11,
    message: expect.stringContaining("the host 'desk'; this is 'lap'"),
  });
});

test('a repository for several writers stays one', async () => {
  const open = network();
  await say(open('desk', false), 'one');
  await expect(say(open('desk', true), 'two')).rejects.toMatchObject({ code: 'STORE_UNSAFE' });
});

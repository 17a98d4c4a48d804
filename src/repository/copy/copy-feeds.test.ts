/** Copies of repositories whose files have fixed names only. */
import { describe, expect, test } from 'vitest';
import { problemsOf, STORES } from '../../../tests/support/collection-kit.ts';
import { createCopyYard, wholeIn } from '../../../tests/support/copy-kit.ts';
import { namesIn, publishIpks } from '../../../tests/support/opkg-kit.ts';

const FEED = 'opkg/stable/packages/mips_24kc/main';

describe.each(STORES)('into %s', (_name, target) => {
  test.each([
    ['with its ledger', true],
    ['for a web server', false],
  ])('%s, twice', async (_what, hasLedger) => {
    await using yard = await createCopyYard();
    const { user } = yard;
    const publish = (version: string) =>
      publishIpks(user, [{ name: 'hello', version, architecture: 'mips_24kc' }], { to: 'opkg' });
    const store = yard.newStore(target);
    const to = hasLedger ? wholeIn(store) : { store, states: undefined };
    await publish('1.0');
    await yard.copy(to, { name: 'opkg' });
    expect(await namesIn(store, FEED)).toEqual(await namesIn(user.store, FEED));
    await publish('2.0');
    await yard.copy(to, { name: 'opkg' });
    expect(await namesIn(store, FEED)).toEqual(await namesIn(user.store, FEED));
    expect(await yard.copy(to, { name: 'opkg' })).toMatchObject({ files: { files: 0 }, written: [] });
    if (hasLedger) expect(await problemsOf(yard.at(store), 'opkg')).toEqual([]);
  });
});

/** Restoring places among other changes: of one moment, in one revision. */
import { describe, expect, test } from 'vitest';
import { base, CONTRIB, HELLO, lines, pkg, STABLE, TESTING } from '../../../tests/support/changes-kit.ts';
import { formatByName } from '../../formats/table.ts';
import { createChanges } from './changes.ts';

const IN_STABLE = { channel: 'stable', component: 'main' };
const deb = formatByName('deb');

describe('restoring a place', () => {
  test('puts and drops what the difference says, and forgets what was done there before', async () => {
    const changes = createChanges(base([STABLE, 'hello 1.0', 'old 1.0'], [TESTING, 'hello 1.0']));
    await changes.add(STABLE, pkg('hello 2.0'));
    await changes.remove(STABLE, HELLO);
    await changes.add(TESTING, pkg('hello 2.0'));
    await changes.add({ ...STABLE, slot: 'arm64' }, pkg('arm 1.0'));
    await changes.restore(IN_STABLE, [{ run: STABLE, put: [pkg('back 1.0')], drop: [pkg('old 1.0')] }]);
    expect(lines(changes)).toEqual([
      '+ stable/main/amd64 back 1.0',
      '+ testing/main/amd64 hello 2.0',
      '- stable/main/amd64 old 1.0',
    ]);
  });

  test('what is done there later counts', async () => {
    const changes = createChanges(base([STABLE, 'hello 1.0']));
    await changes.restore(IN_STABLE, [{ run: STABLE, put: [pkg('back 1.0')], drop: [] }]);
    await changes.remove(STABLE, { ...HELLO, name: 'back' });
    expect(await changes.add(STABLE, pkg('new 1.0'))).toBe(true);
    expect(lines(changes)).toEqual(['+ stable/main/amd64 new 1.0', '- stable/main/amd64 back 1.0']);
  });

  test('is taken back with the intent that wanted it, down to the changes that it had forgotten', async () => {
    const changes = createChanges(base([STABLE, 'hello 1.0']));
    await changes.add(STABLE, pkg('hello 2.0'));
    const failing = changes.whole(async () => {
      await changes.add(STABLE, pkg('hello 3.0'));
      await changes.restore(IN_STABLE, [{ run: STABLE, put: [pkg('back 1.0')], drop: [] }]);
      await changes.add(STABLE, pkg('hello 4.0'));
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(lines(changes)).toEqual(['+ stable/main/amd64 hello 2.0']);
  });

  test.each<[what: string, where: object, spec: string, outcome: 'fine' | 'conflict']>([
    ['other bytes in another component', IN_STABLE, 'hello 1.0 as B', 'conflict'],
    ['the same bytes in another component', IN_STABLE, 'hello 1.0 as A', 'fine'],
    ['a whole channel, which never held both', { channel: 'stable' }, 'hello 1.0 as B', 'fine'],
    ['everything', {}, 'hello 1.0 as B', 'fine'],
  ])('a channel has one file for each identity: %s', async (_what, where, spec, outcome) => {
    const changes = createChanges(base([CONTRIB, 'hello 1.0 as A'], [TESTING, 'hello 1.0 as C']));
    const restoring = changes.restore(where, [{ run: STABLE, put: [pkg(spec)], drop: [] }]);
    if (outcome === 'fine') await restoring;
    else await expect(restoring).rejects.toMatchObject({ code: 'PACKAGE_CONFLICT' });
  });

  test('what came into another component a moment ago counts as well', async () => {
    const changes = createChanges(base());
    await changes.add(CONTRIB, pkg('hello 1.0 as A'));
    await expect(
      changes.restore(IN_STABLE, [{ run: STABLE, put: [pkg('hello 1.0 as B')], drop: [] }]),
    ).rejects.toMatchObject({ code: 'PACKAGE_CONFLICT' });
  });

  test('waits while a file that comes back is being deleted', async () => {
    const changes = createChanges(base(), new Set(['pool/hello']));
    await expect(
      changes.restore({}, [{ run: STABLE, put: [pkg('hello 1.0')], drop: [] }]),
    ).rejects.toMatchObject({ code: 'LEDGER_SWEEPING' });
  });
});

describe('keep: N', () => {
  const there = base([STABLE, 'hello 1.0', 'hello 1.1', 'hello 9.0']);
  const back = [{ run: STABLE, put: [pkg('hello 1.2'), pkg('hello 1.3')], drop: [pkg('hello 9.0')] }];

  test('takes nothing away of what was restored', async () => {
    const changes = createChanges(there);
    await changes.restore({}, back);
    await changes.keepNewest(1, deb);
    expect(lines(changes)).toEqual([
      '+ stable/main/amd64 hello 1.2',
      '+ stable/main/amd64 hello 1.3',
      '- stable/main/amd64 hello 9.0',
    ]);
  });

  test('counts again once something is added to the name', async () => {
    const changes = createChanges(there);
    await changes.restore({}, back);
    await changes.add(STABLE, pkg('hello 2.0'));
    await changes.keepNewest(1, deb);
    expect(lines(changes)).toEqual([
      '+ stable/main/amd64 hello 1.2',
      '+ stable/main/amd64 hello 1.3',
      '+ stable/main/amd64 hello 2.0',
      '- stable/main/amd64 hello 1.0',
      '- stable/main/amd64 hello 1.1',
      '- stable/main/amd64 hello 9.0',
    ]);
  });
});

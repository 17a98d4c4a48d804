/**
 * Whatever happened to a repository, a rollback to any of its revisions gives exactly what that revision held, in indexes of the
 * same bytes; the dates alone are new. Where only a place is rolled back, nothing else changes.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { STORES } from '../../../tests/support/collection-kit.ts';
import { createTestRepository, type TestUser } from '../../../tests/support/test-repository.ts';
import { verify } from '../../../tests/support/two-revisions.ts';
import { readText } from '../../storage/read-all.ts';
import type { Filter } from '../change/actions.ts';
import { promotePackages } from '../promote-packages.ts';
import { openTail } from '../read-repository.ts';
import { removePackages } from '../remove-packages.ts';
import { rollbackPlace } from './rollback.ts';

const CHANNELS = ['stable', 'testing'] as const;
type Channel = (typeof CHANNELS)[number];

/** One thing that somebody does. What cannot be done is not. */
type Step =
  | {
      readonly do: 'publish';
      readonly to: Channel;
      readonly component: string;
      readonly name: string;
      readonly version: string;
    }
  | { readonly do: 'remove'; readonly name: string; readonly version: string }
  | { readonly do: 'promote'; readonly name: string; readonly version: string }
  | { readonly do: 'rollback'; readonly where: Filter; readonly back: number };

const name = fc.constantFrom('hello', 'tool', 'words');
const version = fc.constantFrom('1.0', '1.1', '2.0');
const where = fc.constantFrom<Filter[]>(
  {},
  { channel: 'stable' },
  { channel: 'testing' },
  { channel: 'stable', component: 'main' },
  { channel: 'stable', component: 'extra' },
);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('publish' as const),
      to: fc.constantFrom(...CHANNELS),
      component: fc.constantFrom('main', 'extra'),
      name,
      version,
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('remove' as const), name, version }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('promote' as const), name, version }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('rollback' as const), where, back: fc.nat(3) }) },
);

/** Does one thing; refusals (nothing there, other bytes there) are part of life. */
async function take(user: TestUser, one: Step): Promise<void> {
  const place = (channel: string) => ({ channel, component: 'main' });
  try {
    if (one.do === 'publish') {
      const spec = { name: one.name, version: one.version, content: `${one.name} of ${one.to}` };
      await user.publish([spec], { to: `deb/${one.to}/${one.component}` });
    } else if (one.do === 'remove') {
      await removePackages(
        await user.open(),
        { from: {}, wanted: [one], all: true, dryRun: false },
        user.options,
      );
    } else if (one.do === 'promote') {
      const input = { from: place('testing'), to: place('stable'), wanted: [one], dryRun: false };
      await promotePackages(await user.open(), input, user.options);
    } else {
      const rev = (await openTail(await user.open())).revision.signed.record.rev;
      const to = String(Math.max(1, rev - one.back));
      await rollbackPlace(await user.open(), { place: one.where, to, dryRun: false }, user.options);
    }
  } catch (error) {
    expect(error).toMatchObject({
      code: expect.stringMatching(/^(PACKAGE_(CONFLICT|NOT_FOUND)|PUBLISH_PARTIAL)$/),
    });
  }
}

/** What clients see of each channel but for the date: the Release file, which has the digests of all indexes. */
async function seen(user: TestUser): Promise<Readonly<Record<Channel, string>>> {
  const release = async (channel: Channel): Promise<string> =>
    (await readText(user.store, `deb/dists/${channel}/Release`, { limitBytes: 100_000 })).replace(
      /^Date: .*\n/m,
      '',
    );
  return { stable: await release('stable'), testing: await release('testing') };
}

describe.each(STORES)('on %s', (_name, capabilities) => {
  test('a rollback to any revision gives what it held, byte for byte', async () => {
    const history = fc.array(step, { minLength: 3, maxLength: 8 });
    const property = fc.asyncProperty(history, where, fc.nat(), async (steps, place, pick) => {
      await using user = await createTestRepository({ capabilities });
      await user.configure('channels: [stable, testing], components: [main, extra]');
      await user.publish([{ name: 'first' }]);
      const seenAt = new Map<number, Awaited<ReturnType<typeof seen>>>();
      const look = async (): Promise<number> => {
        const { rev } = (await openTail(await user.open())).revision.signed.record;
        seenAt.set(rev, await seen(user));
        return rev;
      };
      let newest = await look();
      for (const one of steps) {
        await take(user, one);
        newest = await look();
      }
      const to = 1 + (pick % newest);
      const wanted = seenAt.get(to);
      const before = seenAt.get(newest);
      const input = { place, to: String(to), dryRun: false };
      try {
        await rollbackPlace(await user.open(), input, user.options);
      } catch (error) {
        // Another component of the channel has got other bytes of the same version meanwhile.
        expect(error).toMatchObject({ code: 'PACKAGE_CONFLICT' });
        expect(place.component).toBeDefined();
        return;
      }
      const after = await seen(user);
      for (const channel of CHANNELS) {
        if (place.channel !== undefined && place.channel !== channel)
          expect(after[channel]).toBe(before?.[channel]);
        else if (place.component === undefined) expect(after[channel]).toBe(wanted?.[channel]);
        else
          for (const line of linesOf(wanted?.[channel], place.component))
            expect(after[channel]).toContain(line);
      }
      expect((await verify(user)).findings).toEqual([]);
    });
    await fc.assert(property, { numRuns: 12 });
  });
});

/** The lines of a Release file about indexes of a component. */
function linesOf(release: string | undefined, component: string): readonly string[] {
  return (release ?? '').split('\n').filter((line) => line.includes(` ${component}/binary-amd64/`));
}

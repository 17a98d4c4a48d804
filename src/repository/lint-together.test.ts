/** Modules for several kernels in one feed. */
import { expect, test } from 'vitest';
import { createOpkgUser, publishIpks, type QuickIpk } from '../../tests/support/opkg-kit.ts';
import type { TestUser } from '../../tests/support/test-repository.ts';

const module = (name: string, kernel: string): QuickIpk => ({
  name,
  architecture: 'mips_24kc',
  fields: [`Depends: libc, kernel (= ${kernel}), x`],
});
const OLD = '5.15.150-1-aa';
const NEW = '5.15.150-1-bb';

function warningsOf({ events }: TestUser): readonly string[] {
  return events.flatMap((event) => (event.type === 'warning' ? [`${event.code}: ${event.message}`] : []));
}

test.each<[string, readonly (readonly QuickIpk[])[]]>([
  ['of one publish', [[module('kmod-a', OLD), module('kmod-b', NEW)]]],
  ['of two', [[module('kmod-a', OLD)], [{ name: 'tool' }], [module('kmod-b', NEW)]]],
])('modules for two kernels are told of: %s', async (_, publishes) => {
  await using user = await createOpkgUser();
  for (const specs of publishes) await publishIpks(user, specs);
  expect(warningsOf(user)).toEqual([
    expect.stringMatching(/^opkg-mixed-kernels: .*kmod-[ab] for 5.15.150-1-\w+, kmod-[ab] for/),
  ]);
});

test('each kernel may have a feed of its own, and packages without one fit all', async () => {
  await using user = await createOpkgUser({ settings: 'components: [core, kmods-old, kmods-new]' });
  await publishIpks(user, [module('kmod-a', OLD)], { to: 'opkg/stable/kmods-old' });
  await publishIpks(
    user,
    [module('kmod-a', NEW)].map((one) => ({ ...one, version: '2' })),
    {
      to: 'opkg/stable/kmods-new',
    },
  );
  await publishIpks(user, [module('kmod-b', OLD), { name: 'tool' }], { to: 'opkg/stable/kmods-old' });
  expect(warningsOf(user)).toEqual([]);
});

import { expect, test } from 'vitest';
import type { FormatOptions, RepositorySettings } from '../format.ts';
import { breaksClients } from './signed-databases.ts';

function settings(options: FormatOptions, ...channels: readonly string[]): RepositorySettings {
  return {
    format: 'pacman',
    channels: channels.map((name) => ({ name, options: {} })),
    components: ['main'],
    architectures: [],
    options: { database: 'tools', ...options },
  };
}

const signed = settings({ signDatabase: true }, 'stable', 'testing');

test.each<[what: string, before: RepositorySettings, after: RepositorySettings]>([
  ['nothing changes', signed, signed],
  ['signatures come', settings({}, 'stable'), settings({ signDatabase: true }, 'stable')],
  ['a database goes altogether', signed, settings({ signDatabase: true }, 'stable')],
  ['databases have other names', signed, settings({ database: 'others' }, 'stable', 'testing')],
])('machines go on when %s', (_what, before, after) => {
  expect(breaksClients(before, after)).toBeUndefined();
});

test('machines fail when signatures go, and it says where', () => {
  const why = breaksClients(signed, settings({}, 'stable', 'testing'));
  expect(why).toMatch(/^signDatabase goes off for tools, tools-testing: /);
  expect(why).toContain('rm /var/lib/pacman/sync/tools.db.sig /var/lib/pacman/sync/tools-testing.db.sig');
});

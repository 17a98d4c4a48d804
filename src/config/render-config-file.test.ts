import { expect, test } from 'vitest';
import { parseConfigFile } from './parse-config-file.ts';
import { type RenderConfigOptions, renderConfigFile } from './render-config-file.ts';

const read = (text: string) => parseConfigFile(new TextEncoder().encode(text), 'pakhus.yaml').content;

test('what init writes', () => {
  const text = renderConfigFile({
    store: './public',
    repositories: { deb: { format: 'deb', channels: ['stable'], components: ['main'] } },
    ledger: ['9f86d081884c7d659a2feaa0c55ad015'],
    schema: 'pakhus.schema.json',
  });
  expect(text).toBe(`# yaml-language-server: $schema=pakhus.schema.json
# Configuration of pakhus. What is in force: pakhus config show --origin. Every key: pakhus config schema.

# Where the repositories are: a folder, from this file on.
store: ./public

# Where clients reach the store.
# url: https://packages.example.org

repositories:
  deb:
    format: deb
    channels: [stable]
    components: [main]
    # keep: 5             # newest versions kept of each package; default: all
    # origin: Example     # who publishes; clients pin by it, so never change it

# Whose revisions are believed: ids of ledger keys.
ledger:
  - 9f86d081884c7d659a2feaa0c55ad015
`);
});

test('it is read back as it was', () => {
  const given: RenderConfigOptions = {
    store: 's3://bucket/a b?region=eu#1',
    state: './state: with colon',
    url: 'https://packages.example.org',
    repositories: {
      '24.10': {
        format: 'deb',
        channels: ['24.10', 'true', 'stable'],
        keep: 3,
        description: 'a "quoted" text: # no comment',
      },
      tools: { format: 'deb', channels: { noble: { notAutomatic: true } }, origin: '- dash' },
    },
    ledger: ['00000000000000000000000000000000', '1e100000000000000000000000000000'],
  };
  const { schema, ...expected } = given;
  expect(schema).toBeUndefined();
  expect(read(renderConfigFile(given))).toEqual(expected);
});

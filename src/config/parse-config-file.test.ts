import { describe, expect, test } from 'vitest';
import { PakhusError } from '../core/pakhus-error.ts';
import { FORMAT_OPTIONS } from './format-options.ts';
import { parseConfigFile } from './parse-config-file.ts';

const FORMAT_NAMES = Object.keys(FORMAT_OPTIONS).join(', ');

const parse = (text: string) => parseConfigFile(new TextEncoder().encode(text), 'pakhus.yaml');

function problems(text: string): string[] {
  try {
    parse(text);
  } catch (error) {
    if (error instanceof PakhusError && error.code === 'CONFIG_INVALID') return error.message.split('\n');
    throw error;
  }
  return [];
}

test('a file with every key', () => {
  const { content, lineOf } = parse(`# yaml-language-server: $schema=pakhus.schema.json
store: ./public
state: s3://private-bucket/tools
url: https://packages.example.org
repositories:
  tools: { format: deb, channels: [stable, testing], components: [main], keep: 5, origin: Example }
  other:
    format: deb
    path: sub/other
    channels:
      noble: { notAutomatic: true }
      24.04:
    architectures: [amd64, arm64]
    signers: [release]
signers:
  - release
  - { name: hsm, command: [gpg, --batch], publicKey: hsm.asc }
ledger: [9f86d081884c7d659a2feaa0c55ad015]
proposers: { ci-tools: { actions: [add], to: [tools/testing], key: 11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo= } }
products: { mesh: [router/24.10.4/custom, router-apk/25.12/custom] }
`);
  expect(content.repositories?.['tools']).toEqual({
    format: 'deb',
    channels: ['stable', 'testing'],
    components: ['main'],
    keep: 5,
    origin: 'Example',
  });
  expect(content.repositories?.['other']?.channels).toEqual({ noble: { notAutomatic: true }, '24.04': null });
  expect(content.signers).toEqual([
    'release',
    { name: 'hsm', command: ['gpg', '--batch'], publicKey: 'hsm.asc' },
  ]);
  expect(lineOf(['url'])).toBe(4);
  expect(lineOf(['repositories', 'other'])).toBe(7);
});

test('an empty file sets nothing', () => {
  expect(parse('').content).toEqual({});
  expect(parse('# only a comment\n').content).toEqual({});
});

describe('what is wrong is told with line, column and the nearest spelling', () => {
  const deb = (more: string) => `repositories:\n  tools: { format: deb, ${more} }\n`;
  test.each<[text: string, ...problems: string[]]>([
    ['stroe: ./x', "1:1: unknown key 'stroe'; did you mean 'store'?"],
    ['a: 1', "1:1: unknown key 'a'"],
    ['repository: {}', "1:1: unknown key 'repository'; did you mean 'repositories'?"],
    [deb('chanels: [a]'), "2:25: unknown key 'chanels' in repositories.tools; did you mean 'channels'?"],
    [deb('Origin: me'), "2:25: unknown key 'Origin' in repositories.tools; did you mean 'origin'?"],
    [
      deb('channels: { noble: { orign: x } }'),
      "2:46: unknown key 'orign' in repositories.tools.channels.noble; did you mean 'origin'?",
    ],
    ['store: [a]', '1:8: store: expected text, found a list'],
    ['store:', '1:7: store: expected text, found nothing'],
    [
      deb('channels: [24.10]'),
      '2:36: repositories.tools.channels[0]: write "24.10" in quotes, so that it is text',
    ],
    [
      deb('channels: stable'),
      '2:35: repositories.tools.channels: expected a list or keys and values, found text',
    ],
    [deb('channels: [a, a]'), "2:39: repositories.tools.channels[1]: 'a' is there twice"],
    [
      deb('channels: [a/b]'),
      "2:36: repositories.tools.channels[0]: 'a/b' must be up to 64 of A-Z a-z 0-9 . + ~ _ -, a letter or digit first, and no /",
    ],
    [deb('components: []'), '2:37: repositories.tools.components: is empty'],
    [deb('keep: 0'), '2:31: repositories.tools.keep: expected 1 or more'],
    [deb('keep: five'), '2:31: repositories.tools.keep: expected a whole number, found text'],
    [deb('notAutomatic: "yes"'), '2:39: repositories.tools.notAutomatic: expected true or false, found text'],
    [
      deb('suite: x'),
      '2:32: repositories.tools.suite: each channel has its own: channels: { stable: { suite: … } }',
    ],
    [
      deb('path: ../x'),
      '2:31: repositories.tools.path: must be folder names of letters, digits and .+~_- joined by /, without / at its ends; or . for the store itself',
    ],
    [deb('path: keys'), "2:31: repositories.tools.path: lies in 'keys', which the store uses itself"],
    [
      'repositories: { Tools: { format: deb } }',
      "1:17: repositories.Tools: the name 'Tools' must be up to 64 of a-z 0-9 . _ -, a letter or digit first",
    ],
    ['repositories: { a: { format: rpx } }', `1:30: repositories.a.format: expected ${FORMAT_NAMES}`],
    ['repositories: { a: {} }', `1:20: repositories.a.format: is missing, expected ${FORMAT_NAMES}`],
    [
      'repositories: { a: { format: deb }, b: { format: deb, path: a/x } }',
      "1:40: repositories.b: lies in the folder 'a/x', which overlaps with 'a' of 'a'",
    ],
    ['url: packages.example.org', '1:6: url: must be a URL that begins with https://, http:// or file://'],
    [
      'store: s3://key:secret@bucket',
      "1:8: store: holds a secret; secrets come from the environment or from the files of the provider's own tools",
    ],
    [
      'ledger: [abc]',
      "1:10: ledger[0]: 'abc' must be a fingerprint of 32 to 128 hex digits, or the public part of a ledger key (44 characters of base64)",
    ],
    [
      'proposers: { ci: { actions: [ad], to: [a] } }',
      '1:30: proposers.ci.actions[0]: expected add, remove, promote, rollback, settings',
    ],
    [
      'signers: [{ name: hsm, command: [] , publicKey: x }]',
      '1:33: signers[0].command[0]: is missing, expected text',
    ],
    [
      'proposers: { ci: { actions: [add], to: [tools/*, a/b/c/d] } }',
      "1:50: proposers.ci.to[1]: 'a/b/c/d' is no place: expected repository/channel/component, * for any",
    ],
    [
      "proposers: { 'ann@desk': { actions: [add], to: [a] } }",
      "1:14: proposers.ann@desk: the name 'ann@desk' must be up to 64 of A-Z a-z 0-9 . _ -, a letter or digit first",
    ],
    [
      'proposers: { ci: { actions: [add], to: [a], key: 21fe31dfa154a261626bf854046fd227 } }',
      "1:50: proposers.ci.key: '21fe31dfa154a261626bf854046fd227' must be the public part of a ledger key: 44 characters of base64",
    ],
    ['products: { p: [tools/*] }', "1:17: products.p[0]: 'tools/*' is no place: * stands for none here"],
    ['- store', '1:1: expected keys and values, such as store: ./public'],
    ['a: 1\na: 2', '2:1: Map keys must be unique'],
    ['store: [', '1:9: Flow sequence in block collection must be sufficiently indented and end with a ]'],
    [
      'store: ./a\n---\nstore: ./b',
      '2:1: Source contains multiple documents; please use YAML.parseAllDocuments()',
    ],
    ['{}: 1', '1:1: With stringKeys, all keys must be strings'],
    ['store: !include x', '1:8: Unresolved tag: !include'],
    ['__proto__: {}', "1:1: unknown key '__proto__'"],
    [
      'stroe: a\nurl: b',
      "1:1: unknown key 'stroe'; did you mean 'store'?",
      '2:6: url: must be a URL that begins with https://, http:// or file://',
    ],
  ])('%s', (text, ...expected) => {
    expect(problems(text)).toEqual(expected.map((line) => `pakhus.yaml:${line}`));
  });
});

describe('hostile files end with an error', () => {
  test.each([
    ['not UTF-8', new Uint8Array([0x61, 0xff])],
    ['too large', new Uint8Array(1024 * 1024 + 1).fill(0x20)],
    ['nested 100,000 deep', new TextEncoder().encode('['.repeat(100_000))],
    [
      'an alias of aliases of aliases',
      new TextEncoder().encode(
        [
          'a: &a [x,x,x,x,x,x,x,x,x]',
          ...'bcdefgh'
            .split('')
            .map((name, index) => `${name}: &${name} [${Array(9).fill(`*${'abcdefg'[index]}`)}]`),
        ].join('\n'),
      ),
    ],
  ])('%s', (_name, bytes) => {
    expect(() => parseConfigFile(bytes, 'pakhus.yaml')).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID', message: expect.stringMatching(/^pakhus\.yaml/) }),
    );
  });

  test('a hundred mistakes are not a hundred lines', () => {
    const many = Array.from({ length: 100 }, (_, index) => `key${index}: 1`).join('\n');
    expect(problems(many)).toHaveLength(21);
    expect(problems(many).at(-1)).toBe('… and 80 more');
  });
});

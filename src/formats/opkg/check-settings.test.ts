import { expect, test } from 'vitest';
import type { FormatOptions, RepositorySettings } from '../format.ts';
import { checkSettings } from './check-settings.ts';

const settings = (options: FormatOptions, channel = '24.10.4'): RepositorySettings => ({
  format: 'opkg',
  channels: [{ name: channel, options: {} }],
  components: ['base', 'images'],
  architectures: ['mips_24kc'],
  options,
});

test.each([
  ['a channel called pages', settings({}, 'pages'), /another file or folder/],
  ['a channel called index.html', settings({}, 'index.html'), /another file or folder/],
  ['files without a component', settings({ files: 'firmware' }), /there is no component firmware/],
  [
    'files by architecture',
    settings({ files: 'images', folders: 'images=images/{arch}' }),
    /plain files, which have no architecture/,
  ],
  [
    'one folder for two',
    settings({ files: 'images', folders: 'feeds images=feeds' }),
    /would share the folder/,
  ],
])('%s is refused', (_, wanted, reason) => {
  expect(() => checkSettings(wanted)).toThrow(reason);
});

test('files have a folder of their own, or one that is named', () => {
  expect(() => checkSettings(settings({ files: 'images' }))).not.toThrow();
  expect(() => checkSettings(settings({ files: 'images', folders: 'images=targets/x86/64' }))).not.toThrow();
});

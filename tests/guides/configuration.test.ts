/** docs/configuration.md names every key, variable and exit code, and its files are valid. */
import { glob, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { FORMAT_OPTIONS } from '../../src/config/format-options.ts';
import { configJsonSchema } from '../../src/config/json-schema.ts';
import { parseConfigFile } from '../../src/config/parse-config-file.ts';
import { toRepository } from '../../src/config/to-repository.ts';
import { ERROR_CODES } from '../../src/core/error-codes.ts';
import { isRecord } from '../../src/core/shape.ts';
import { formatByName } from '../../src/formats/table.ts';
import { parseGuide } from './guide.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const page = await readFile(`${ROOT}/docs/configuration.md`, 'utf8');
const files = parseGuide(page)
  .sections.flatMap(({ blocks }) => blocks)
  .filter((block) => block.kind === 'file');
/** What stands in the first column of the page's tables. */
const named = new Set(
  [...page.matchAll(/^\| (`[^|]*|\d+) *\|/gm)].flatMap(([, cell = '']) =>
    cell.split(',').map((word) => word.replaceAll(/[` ]/g, '')),
  ),
);

test.each(files)('$path is a valid configuration', ({ text, path }) => {
  const { content } = parseConfigFile(Buffer.from(text), path);
  for (const [name, entry] of Object.entries(content.repositories ?? {})) {
    const { settings } = toRepository(name, { entry, origin: { source: 'default' } });
    expect(() => formatByName(settings.format).checkSettings(settings)).not.toThrow();
  }
});

test('every key of pakhus.yaml has a row, and is in the file with all keys', () => {
  const topLevel = keysOf(configJsonSchema(), 'properties');
  const all = parseConfigFile(Buffer.from(files.at(-1)?.text ?? ''), 'all').content;
  expect([...named]).toEqual(expect.arrayContaining(topLevel));
  expect(Object.keys(all)).toEqual(expect.arrayContaining(topLevel.filter((key) => key !== '$schema')));
});

test('every key of a repository has a row, and is in the file with all keys', () => {
  const repositories = fieldOf(fieldOf(configJsonSchema(), 'properties'), 'repositories');
  const branches = fieldOf(fieldOf(repositories, 'additionalProperties'), 'oneOf');
  const keys = Array.isArray(branches) ? branches.flatMap((branch) => keysOf(branch, 'properties')) : [];
  expect(keys).toEqual(expect.arrayContaining(['keep', 'origin']));
  expect([...named]).toEqual(expect.arrayContaining(keys));
  for (const key of keys) expect(files.at(-1)?.text).toMatch(new RegExp(`^ {4,8}${key}:`, 'm'));
});

test('every option of a format has a row', () => {
  const options = Object.values(FORMAT_OPTIONS).flatMap((each) => Object.keys(each));
  expect([...named]).toEqual(expect.arrayContaining(options));
});

test('every variable that the program reads has a row', async () => {
  const read = new Set<string>();
  for await (const path of glob('src/**/*.ts', { cwd: ROOT })) {
    if (path.endsWith('.test.ts')) continue;
    const text = await readFile(`${ROOT}/${path}`, 'utf8');
    for (const [, name = ''] of text.matchAll(/'(PAKHUS_[A-Z_]+)'/g)) read.add(name);
  }
  expect(read).toContain('PAKHUS_STORE');
  for (const name of read) expect([...named], name).toContain(name);
});

test('every exit code has a row', () => {
  const codes = new Set([0, ...Object.values(ERROR_CODES).map(({ exit }) => exit)]);
  const rows = [...named].filter((word) => /^\d+$/.test(word)).map(Number);
  expect(rows).toEqual([...codes].sort((a, b) => a - b));
});

function fieldOf(value: unknown, name: string): unknown {
  return isRecord(value) ? value[name] : undefined;
}

function keysOf(value: unknown, name: string): string[] {
  const field = fieldOf(value, name);
  return isRecord(field) ? Object.keys(field) : [];
}

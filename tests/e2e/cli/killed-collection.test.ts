/** A collection that is killed, on a real directory. */
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { openLocalStorage } from '../../../src/storage/local.ts';
import { readAsClient } from '../../support/apt-reader.ts';
import { createPakhus, type Pakhus } from '../../support/pakhus.ts';
import { quickDeb } from '../../support/quick-deb.ts';

const NAMES = Array.from({ length: 400 }, (_, at) => `p${String(at).padStart(3, '0')}`);

async function seen(pakhus: Pakhus): Promise<readonly string[]> {
  const store = await openLocalStorage({ root: join(pakhus.cwd, 'public') });
  return (await readAsClient(store, 'deb', 'stable'))?.packages ?? [];
}

async function publishAll(pakhus: Pakhus, version: string): Promise<void> {
  const folder = join(pakhus.cwd, `packages-${version}`);
  for (const name of NAMES) await quickDeb(folder, { name, version });
  await pakhus.json('publish', folder, '--init');
}

async function packageFiles(pakhus: Pakhus): Promise<readonly string[]> {
  const entries = await readdir(join(pakhus.cwd, 'public/deb/pool'), { recursive: true });
  return entries.filter((name) => name.endsWith('.deb'));
}

/** Starts a collection and kills it when so many files are left. */
async function collectAndKill(pakhus: Pakhus, left: number): Promise<void> {
  const child = pakhus.spawn('gc', '--grace', '0s');
  const closed = new Promise((resolve) => child.once('close', resolve));
  child.stdout?.resume();
  child.stderr?.resume();
  while (child.exitCode === null && (await packageFiles(pakhus)).length > left) await sleep(1);
  if (child.exitCode === null && child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  await closed;
}

test('killed in the middle of its deletes: clients find everything, publishing goes on, the next one finishes', {
  timeout: 180_000,
}, async () => {
  await using pakhus = await createPakhus();
  await writeFile(join(pakhus.cwd, 'pakhus.yaml'), 'repositories: { deb: { format: deb, keep: 1 } }\n');
  for (const version of ['1.0', '2.0', '3.0', '4.0']) await publishAll(pakhus, version);
  const all = await packageFiles(pakhus);
  expect(all).toHaveLength(4 * NAMES.length);

  await collectAndKill(pakhus, all.length - 20);
  const left = await packageFiles(pakhus);
  expect(left.length).toBeLessThanOrEqual(all.length - 20);
  expect(left.length).toBeGreaterThan(3 * NAMES.length);
  expect(await seen(pakhus)).toEqual(NAMES.map((name) => `${name} 4.0`));
  await pakhus.json('verify');

  await pakhus.json('publish', await quickDeb(pakhus.cwd, { name: 'q', version: '1.0' }));
  expect(await seen(pakhus)).toEqual([...NAMES.map((name) => `${name} 4.0`), 'q 1.0']);

  await pakhus.json('gc', '--grace', '0s');
  const end = await packageFiles(pakhus);
  expect(end.filter((name) => !/_[34]\.0_|q_1\.0/.test(name))).toEqual([]);
  expect(await seen(pakhus)).toEqual([...NAMES.map((name) => `${name} 4.0`), 'q 1.0']);
  await pakhus.json('verify');
});

/** The power goes while a publish runs: whatever the disk kept, clients see a whole repository and the next command goes on. */
import { cp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { inspectFileSystem } from '../../../src/storage/local/file-system.ts';
import { openLocalStorage } from '../../../src/storage/local.ts';
import { readAsClient } from '../../support/apt-reader.ts';
import { createPakhus, type Pakhus } from '../../support/pakhus.ts';
import { afterPowerCut, type Epoch, type NameChange, readEpochs, straced } from '../../support/power-cut.ts';
import { quickDeb } from '../../support/quick-deb.ts';
import { outputOf, runCommand } from '../../support/run-command.ts';
import { describeWith, lackOfTool } from '../../support/skip.ts';

async function lackOfTracing(): Promise<string | undefined> {
  const lack = lackOfTool('strace');
  if (lack !== undefined) return lack;
  if (inspectFileSystem(tmpdir()).volatile) return 'the temporary folder is in memory';
  const { code } = await runCommand(['strace', '-o', '/dev/null', 'true']);
  return code === 0 ? undefined : 'strace may not trace here';
}

async function seen(root: string): Promise<readonly string[]> {
  const store = await openLocalStorage({ root });
  return (await readAsClient(store, 'deb', 'stable'))?.packages ?? [];
}

/** Publishes `second` under strace; gives the folder as it was before and what happened to it. */
async function tracedPublish(pakhus: Pakhus): Promise<{ before: string; epochs: readonly Epoch[] }> {
  const file = (name: string) => quickDeb(join(pakhus.cwd, name), { name });
  await pakhus.json('publish', await file('first'), '--init');
  const second = await file('second');
  const [store, before] = ['public', 'before'].map((name) => join(pakhus.cwd, name));
  await cp(store ?? '', before ?? '', { recursive: true, preserveTimestamps: true });
  const trace = join(pakhus.cwd, 'trace');
  await outputOf(straced(trace, pakhus.commandLine('publish', second)), pakhus.options());
  return { before: before ?? '', epochs: await readEpochs(trace, store ?? '') };
}

/** Every state that a cut may leave: whole epochs, and none or one of the changes that were not synced. */
function* cuts(
  epochs: readonly Epoch[],
): Generator<{ certain: readonly Epoch[]; lucky: NameChange | undefined }> {
  for (const [at, epoch] of epochs.entries()) {
    const certain = epochs.slice(0, at);
    yield { certain, lucky: undefined };
    for (const lucky of epoch.changes) yield { certain, lucky };
  }
}

describeWith('a power cut in a publish', await lackOfTracing(), () => {
  test('at any moment loses nothing and tears nothing', { timeout: 600_000 }, async () => {
    await using pakhus = await createPakhus();
    const { before, epochs } = await tracedPublish(pakhus);
    const store = join(pakhus.cwd, 'public');
    const committed = (state: readonly NameChange[]): boolean =>
      state.some(({ path }) => path === '.pakhus/deb/log/0000000002.json');
    let states = 0;
    for (const { certain, lucky } of cuts(epochs)) {
      await afterPowerCut(store, { before, certain, lucky });
      const changes = [...certain.flatMap((one) => one.changes), ...(lucky ? [lucky] : [])];
      const where = `after ${certain.length} syncs and ${lucky?.type} ${lucky?.path}`;
      expect(await seen(store), where).toContain('first 1.0');
      if (committed(changes)) {
        expect((await pakhus.run('repair')).stderr, where).not.toMatch(/Error/);
        expect(await seen(store), where).toEqual(['first 1.0', 'second 1.0']);
        expect((await pakhus.run('verify')).code, where).toBe(0);
      }
      states++;
    }
    expect(states).toBeGreaterThan(20);
    await pakhus.json('publish', join(pakhus.cwd, 'second'));
    expect(await seen(store)).toEqual(['first 1.0', 'second 1.0']);
  });

  test('whatever is promised is on the disk: the record before the intent goes, the pointers before `published`', async () => {
    await using pakhus = await createPakhus();
    const { epochs } = await tracedPublish(pakhus);
    const epochOf = (type: NameChange['type'], pattern: RegExp): number =>
      epochs.findIndex(({ changes }) => changes.some((one) => one.type === type && pattern.test(one.path)));
    const blob = epochOf('put', /\/blob\//);
    const record = epochOf('put', /\/log\/0000000002\.json$/);
    const intent = epochOf('drop', /\/intent\.json$/);
    const pointer = epochOf('put', /\/(InRelease|Packages\.gz)$/);
    const published = epochOf('put', /\/published$/);
    expect(blob).toBeGreaterThanOrEqual(0);
    expect(record).toBeGreaterThan(blob);
    expect(intent).toBeGreaterThan(record);
    expect(pointer).toBeGreaterThan(record);
    expect(published).toBeGreaterThan(pointer);
    const fixed = /\/(log\/\d+\.json|InRelease|Release|Release\.gpg|Packages\.\w+)$/;
    const named = epochs.flatMap(({ changes }) => changes).filter(({ path }) => fixed.test(path));
    expect(named.map(({ path, syncedBytes }) => [path, syncedBytes])).toEqual(
      named.map(({ path, bytes }) => [path, bytes.length]),
    );
    expect(named.length).toBeGreaterThan(5);
  });
});

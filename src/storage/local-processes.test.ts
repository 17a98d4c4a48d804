/** A directory and several processes. */
import { tmpdir } from 'node:os';
import { expect, test } from 'vitest';
import { runCommand } from '../../tests/support/run-command.ts';
import { describeWith, type Lack, lackOfTool } from '../../tests/support/skip.ts';
import { startStorageProcess } from '../../tests/support/storage-process.ts';
import { steppedClock } from '../../tests/support/storage-subjects.ts';
import { createTempDir } from '../../tests/support/temp.ts';
import { allOf, bytesOf, textAt } from '../testing/storage-checks.ts';
import { inspectFileSystem } from './local/file-system.ts';
import { openLocalStorage } from './local.ts';
import { readBytes } from './read-all.ts';

test('two processes create the same 300 names: each name has one winner, and the winner’s bytes', async () => {
  await using dir = await createTempDir('race');
  const code = `
    say('ready');
    await heard();
    const start = Math.ceil(Date.now() / 500) * 500 + 200;
    for (let i = 0; i < 300; i++) {
      while (Date.now() < start + 2 * i); // both reach for one name in the same moment
      const mine = Buffer.from(process.pid + ' '.repeat(5000));
      const won = await storage.write('pool/' + i % 10 + '/' + i, mine, { ifAbsent: true }).then(
        () => true,
        (error) => { if (error.code !== 'STORE_CONFLICT') throw error; return false; },
      );
      if (won) say(i);
    }`;
  const racers = [startStorageProcess(dir.path, code), startStorageProcess(dir.path, code)];
  for (const racer of racers) expect(await racer.next()).toBe('ready');
  for (const racer of racers) racer.go();
  const storage = await openLocalStorage({ root: dir.path });
  const winners: number[] = [];
  for (const racer of racers) {
    for (const i of await racer.rest()) {
      winners.push(Number(i));
      expect(Number.parseInt(await textAt(storage, `pool/${Number(i) % 10}/${i}`), 10)).toBe(racer.pid);
    }
  }
  expect(winners.sort((a, b) => a - b)).toEqual(Array.from({ length: 300 }, (_, i) => i));
});

test('two processes count up with ifMatch: no step is lost, no second is used twice', async () => {
  await using dir = await createTempDir('count');
  const storage = await openLocalStorage({ root: dir.path });
  const before = await storage.write('count', bytesOf('0'));
  const code = `
    say('ready');
    await heard();
    for (let done = 0; done < 60; ) {
      const { etag } = await storage.stat('count');
      const count = Number(await pakhus.readText(storage, 'count', { limitBytes: 10 }));
      try {
        const { modifiedMs } = await storage.write('count', Buffer.from(String(count + 1)), { ifMatch: etag });
        say(modifiedMs);
        done++;
      } catch (error) {
        if (error.code !== 'STORE_CONFLICT') throw error;
      }
    }`;
  const counters = [startStorageProcess(dir.path, code), startStorageProcess(dir.path, code)];
  for (const counter of counters) expect(await counter.next()).toBe('ready');
  for (const counter of counters) counter.go();
  const dates = (await Promise.all(counters.map((counter) => counter.rest()))).flat();
  expect(await textAt(storage, 'count')).toBe('120');
  expect(new Set([...dates, before.modifiedMs]).size).toBe(121);
});

test('who waits 30 seconds is told who holds the lock; kill -9 of the holder frees it', async () => {
  await using dir = await createTempDir('lock');
  const holder = startStorageProcess(
    dir.path,
    "await storage.exclusive(() => { say('held'); return heard(); });",
  );
  expect(await holder.next()).toBe('held');
  const waiting = await openLocalStorage({ root: dir.path, clock: steppedClock(0) });
  await expect(waiting.exclusive(async () => 'in')).rejects.toMatchObject({
    code: 'STORE_LOCKED',
    exitCode: 3,
    message: expect.stringMatching(
      new RegExp(`^${dir.path}: locked by process ${holder.pid} on .+ for more than 30`),
    ),
  });
  holder.kill('SIGKILL');
  await holder.gone;
  expect(await (await openLocalStorage({ root: dir.path })).exclusive(async () => 'in')).toBe('in');
});

test('a name that another process replaces is waited for, not torn', async () => {
  await using dir = await createTempDir('stopped');
  const storage = await openLocalStorage({ root: dir.path });
  const other = startStorageProcess(
    dir.path,
    "for (let i = 0; ; i++) { await storage.write('a', Buffer.alloc(50_000, 'abc'[i % 3])); if (i === 3) say('busy'); }",
  );
  expect(await other.next()).toBe('busy');
  for (let i = 0; i < 20; i++) {
    await storage.write('a', Buffer.alloc(50_000, 'x'));
    const bytes = await readBytes(storage, 'a', { limitBytes: 50_000 });
    expect(new Set(bytes).size).toBe(1);
  }
  other.kill('SIGKILL');
  await other.gone;
});

test('kill -9 in the middle of writing leaves whole objects only, and the next process goes on', async () => {
  await using dir = await createTempDir('kill');
  const code = `
    for (let i = 0; ; i++) {
      const size = [100, 70_000, 3_000_000][i % 3];
      const bytes = Buffer.alloc(size, 'x');
      const body = i % 2 ? bytes : { sizeBytes: size, open: () => [bytes.subarray(0, size / 2), bytes.subarray(size / 2)] };
      await Promise.all([
        storage.write('new/' + process.pid + '-' + i + '/' + size, body, { ifAbsent: true }),
        storage.write('fixed/' + size, body),
        storage.copy('fixed/' + size, 'copy/' + size).catch((error) => { if (error.code !== 'STORE_OBJECT_NOT_FOUND') throw error; }),
      ]);
      say(i);
    }`;
  for (const rounds of [1, 4, 7]) {
    const writer = startStorageProcess(dir.path, code);
    for (let i = 0; i < rounds; i++) await writer.next();
    writer.kill('SIGKILL');
    await writer.gone;
    const storage = await openLocalStorage({ root: dir.path });
    const objects = await allOf(storage.list(''));
    expect(objects.length).toBeGreaterThan(rounds);
    for (const { key, sizeBytes } of objects) {
      expect(`${key} ${sizeBytes}`).toBe(`${key} ${key.split('/').at(-1)}`);
      const bytes = await readBytes(storage, key, { limitBytes: 3_000_000 });
      expect(bytes.every((byte) => byte === 0x78)).toBe(true);
    }
    await storage.write('fixed/100', Buffer.alloc(100, 'x'));
  }
});

describeWith('on a disk', await lackOfTracing(), () => {
  /** Calls on files of the store, in their order, as `call name`. */
  async function callsOf(code: string): Promise<string[]> {
    await using dir = await createTempDir('strace');
    const trace = `${dir.path}/trace`;
    const wrapper = [
      'strace',
      '-f',
      '-y',
      '-qq',
      '-o',
      trace,
      '-e',
      'trace=fsync,fdatasync,rename,renameat,renameat2,link,linkat',
    ];
    await startStorageProcess(`${dir.path}`, code, { wrapper }).rest();
    const { stdout } = await runCommand(['cat', trace]);
    return stdout
      .split('\n')
      .filter((line) => line.includes(dir.path))
      .map((line) => `${/ (\w+)\(/.exec(line)?.[1]} ${/(tmp|public)\//.exec(line)?.[1]}`);
  }

  test('a fixed name is renamed to only when its bytes are on the disk', async () => {
    expect(await callsOf("await storage.write('public/a', Buffer.from('x'));")).toEqual([
      'fsync tmp',
      'rename tmp',
    ]);
  });

  test('a durable new name is given only when its bytes are on the disk; others wait for settle', async () => {
    const write = (options: string) =>
      `await storage.write('public/a', Buffer.from('x'), { ifAbsent: true${options} });`;
    expect(await callsOf(write(', durable: true'))).toEqual(['fsync tmp', 'link tmp']);
    expect(await callsOf(write(''))).toEqual(['link tmp']);
  });
});

async function lackOfTracing(): Promise<Lack> {
  const lack = lackOfTool('strace');
  if (lack !== undefined) return lack;
  if (inspectFileSystem(tmpdir()).volatile) return 'the temporary folder is in memory';
  const { code } = await runCommand(['strace', '-o', '/dev/null', 'true']);
  return code === 0 ? undefined : 'strace may not trace here';
}

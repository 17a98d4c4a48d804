import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, test } from 'vitest';
import { describeWith, lackOfTool } from '../skip.ts';

const SCRIPT = `
  . ${join(import.meta.dirname, 'until-stopped.sh')}
  mkdir "$folder/log"
  daemon sleeper sleep 1000
  echo "$folder" "\${daemons[0]}"
  run_until_stopped`;

const PATIENT = { timeout: 20_000 };

async function startSleeper() {
  const child = spawn('bash', ['-c', SCRIPT]);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const [folder = '', pid = ''] = String((await lines.next()).value).split(' ');
  expect((await lines.next()).value).toBe('ready');
  expect(existsSync(folder)).toBe(true);
  // Until then it is `setpriv`, which has not said yet that it wants to die with its parent.
  await expect.poll(() => commandOf(Number(pid)), PATIENT).toMatch(/^sleep/);
  return { child, folder, pid: Number(pid), ended: once(child, 'exit') };
}

/** A dead one that nobody waits for has an entry without a command. */
function commandOf(pid: number): string {
  const file = `/proc/${pid}/cmdline`;
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}

function isAlive(pid: number): boolean {
  return commandOf(pid) !== '';
}

describeWith('a store’s daemons', lackOfTool('setpriv'), () => {
  test('are gone with their folder when the input ends, as it does when the tests are killed', async () => {
    const { child, folder, pid, ended } = await startSleeper();
    child.stdin.end();
    expect(await ended).toEqual([0, null]);
    expect([existsSync(folder), isAlive(pid)]).toEqual([false, false]);
  });

  test('are gone with their folder after a signal', async () => {
    const { child, folder, pid, ended } = await startSleeper();
    child.kill('SIGTERM');
    child.stdin.end();
    await ended;
    expect([existsSync(folder), isAlive(pid)]).toEqual([false, false]);
  });

  test('do not outlive a script that is killed itself', async () => {
    const { child, folder, pid, ended } = await startSleeper();
    child.kill('SIGKILL');
    await ended;
    await rm(folder, { recursive: true });
    await expect.poll(() => isAlive(pid), PATIENT).toBe(false);
  });
});

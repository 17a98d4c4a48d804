import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmod, cp, mkdir, readFile, realpath, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { plainEnvironment, runCommand } from '../../tests/support/run-command.ts';
import { describeWith } from '../../tests/support/skip.ts';
import { createTempDir, type TempDir } from '../../tests/support/temp.ts';

/** bin/pakhus, the plain JavaScript that starts the command line, in small packages of its own. */
const BIN = fileURLToPath(new URL('../../bin', import.meta.url));

/** A `main` that says what it got. */
const MAIN = `export async function main({ argv, stdout }) {
  stdout.write(JSON.stringify({ argv, version: process.versions.node }) + '\\n');
  return argv.length;
}`;

async function makePackage(files: Readonly<Record<string, string>>): Promise<TempDir> {
  const dir = await createTempDir('launcher');
  await cp(BIN, join(dir.path, 'bin'), { recursive: true });
  await chmod(join(dir.path, 'bin/pakhus'), 0o755);
  for (const [path, content] of Object.entries({
    'package.json': '{"type":"module","version":"1.2.3"}',
    ...files,
  })) {
    await mkdir(dirname(join(dir.path, path)), { recursive: true });
    await writeFile(join(dir.path, path), content);
  }
  return dir;
}

const run = (node: string, dir: TempDir, ...args: string[]) =>
  runCommand([node, join(dir.path, 'bin/pakhus'), ...args], {
    env: { ...plainEnvironment(), HOME: dir.path },
  });

describe('a new enough Node', () => {
  const node = process.execPath;

  test('a clone runs its TypeScript, and the exit code is that of main', async () => {
    await using dir = await makePackage({
      'src/cli/main.ts': `const n: number = 7; export const main = async (): Promise<number> => n;`,
    });
    expect(await run(node, dir, 'x')).toMatchObject({ code: 7, stderr: '' });
  });

  test('an installed package runs what was built', async () => {
    await using dir = await makePackage({ 'dist/cli/main.js': MAIN });
    const { code, stdout } = await run(node, dir, 'publish', 'a b');
    expect([code, JSON.parse(stdout).argv]).toEqual([2, ['publish', 'a b']]);
  });

  test('modules import each other, and packages with modules of their own', async () => {
    await using dir = await makePackage({
      'src/cli/main.ts': `import { five } from '../core/five.ts';
        import { two } from 'pair';
        export const main = async (): Promise<number> => five + two + (await import('./late.ts')).late;`,
      'src/cli/late.ts': `import { five } from '../core/five.ts'; export const late: number = five * 10;`,
      'src/core/five.ts': 'export const five: number = 5;',
      'node_modules/pair/package.json': '{"name":"pair","exports":"./index.js"}',
      'node_modules/pair/index.js': `exports.two = require('./two').two;`,
      'node_modules/pair/two.js': 'exports.two = 2;',
    });
    expect(await run(node, dir, 'x')).toMatchObject({ code: 57, stderr: '' });
  });

  test('nothing to run is told', async () => {
    await using dir = await makePackage({});
    expect(await run(node, dir, 'x')).toMatchObject({
      code: 1,
      stderr: `pakhus: ${dir.path}/dist/cli/main.js is missing; run npm run build in ${dir.path}\n`,
    });
  });

  test('--version loads nothing', async () => {
    await using dir = await makePackage({});
    expect(await run(node, dir, '--version')).toMatchObject({ code: 0, stdout: '1.2.3\n' });
  });

  test('warnings about what pakhus uses knowingly are hidden, others are not', async () => {
    await using dir = await makePackage({
      'dist/cli/main.js': `export async function main() {
        process.emitWarning('SQLite is an experimental feature', 'ExperimentalWarning');
        process.emitWarning('Type Stripping is an experimental feature', { type: 'ExperimentalWarning' });
        process.emitWarning('other is an experimental feature', 'ExperimentalWarning');
        process.emitWarning(new Error('of another kind'));
        return 0;
      }`,
    });
    const { stderr } = await run(node, dir, 'x');
    expect(stderr).not.toMatch(/SQLite|Stripping/);
    expect(stderr).toMatch(/other is an experimental feature[\s\S]*of another kind/);
  });

  test("compiled code is kept in the user's cache folder", async () => {
    await using dir = await makePackage({ 'dist/cli/main.js': MAIN });
    await run(node, dir, 'x');
    await expect(readFile(join(dir.path, '.cache/pakhus/node'))).rejects.toMatchObject({ code: 'EISDIR' });
  });
});

const old = findOldNode();
describeWith(
  'an older Node on PATH',
  old === undefined ? 'no Node older than 22.18 on PATH' : undefined,
  () => {
    const node = old ?? '';

    test('without a newer one beside it: says what is missing', async () => {
      await using dir = await makePackage({ 'src/cli/main.ts': MAIN });
      const { code, stdout, stderr } = await run(node, dir, 'x');
      expect([code, stdout]).toEqual([1, '']);
      expect(stderr).toMatch(
        /^pakhus: Node\.js 22\.18 or newer is needed, this is \d+\.\d+\.\d+ \(.*\)\.\nInstall .* npm ci in /,
      );
    });

    test('a clone brings a newer one along: arguments, input, output and exit code pass', async () => {
      await using dir = await makePackage({ 'dist/cli/main.js': MAIN });
      await bring(dir, process.execPath);
      const { code, stdout } = await run(node, dir, 'a b', '--c');
      expect([code, JSON.parse(stdout)]).toEqual([
        2,
        { argv: ['a b', '--c'], version: process.versions.node },
      ]);
    });

    test('that one is too old as well: says so instead of going round in circles', async () => {
      await using dir = await makePackage({ 'dist/cli/main.js': MAIN });
      await bring(dir, await realpath(node));
      expect(await run(node, dir, 'x')).toMatchObject({
        code: 1,
        stderr: expect.stringContaining('is needed'),
      });
    });

    test.each<[signal: NodeJS.Signals, ending: [number | null, NodeJS.Signals | null]]>([
      ['SIGINT', [130, null]],
      ['SIGTERM', [130, null]],
      ['SIGHUP', [null, 'SIGHUP']],
    ])('%s reaches the newer one once, and its ending is the ending', async (signal, ending) => {
      await using dir = await makePackage({
        'dist/cli/main.js': `export async function main({ stdout, signals }) {
        let count = 0;
        const alive = setInterval(() => {}, 1000);
        return await new Promise((resolve) => {
          for (const name of ['SIGINT', 'SIGTERM']) signals.on(name, () => {
            count++;
            setTimeout(() => { clearInterval(alive); stdout.write(name + ' ' + count + '\\n'); resolve(130); }, 50);
          });
          stdout.write('ready\\n');
        });
      }`,
      });
      await bring(dir, process.execPath);
      const child = spawn(node, [join(dir.path, 'bin/pakhus'), 'x'], {
        env: { ...plainEnvironment(), HOME: dir.path },
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      await once(child.stdout, 'readable');
      child.kill(signal);
      const [[code, by], printed] = await Promise.all([once(child, 'close'), text(child.stdout)]);
      expect([code, by]).toEqual(ending);
      expect(printed).toBe(signal === 'SIGHUP' ? 'ready\n' : `ready\n${signal} 1\n`);
    });
  },
);

/** As `npm ci` does in a clone. */
async function bring(dir: TempDir, node: string): Promise<void> {
  await mkdir(join(dir.path, 'node_modules/node/bin'), { recursive: true });
  await symlink(node, join(dir.path, 'node_modules/node/bin/node'));
}

/** A Node that cannot run pakhus itself; machines that have one have it in a system folder. */
function findOldNode(): string | undefined {
  return ['/usr/bin/node', '/usr/local/bin/node'].find((path) => {
    const { stdout } = spawnSync(path, ['-p', 'process.versions.node'], { encoding: 'utf8' });
    const [major = 0, minor = 0] = (stdout ?? '').split('.').map(Number);
    return major >= 20 && (major < 22 || (major === 22 && minor < 18));
  });
}

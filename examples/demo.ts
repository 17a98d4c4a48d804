/**
 * `npm run demo`: packs the sample packages, publishes them twice (a first version, then a newer one) into ./public, and prints
 * how a machine is set up and what to try next. Running it again changes nothing.
 *
 * `npm run demo -- --check` also lets the machine's apt install from it: all of apt's files are below a temporary folder, so
 * nothing on the machine changes and no root is needed.
 */
import { spawn } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { parseArgs, styleText } from 'node:util';
import { checkWithApt } from './check-with-apt.ts';
import { listSamples, packSample } from './pack.ts';

const ROOT: string = join(import.meta.dirname, '..');
const STORE: string = join(ROOT, 'public');
const PACKAGES: string = join(ROOT, '.cache/demo');
/** What comes later, as news. */
const NEWER = ['hello-pakhus_1.1'];

/** Runs the real command line; it talks on this terminal. */
async function pakhus(...args: string[]): Promise<void> {
  console.log(`\n${styleText('cyan', `$ bin/pakhus ${args.map(short).join(' ')}`)}`);
  const child = spawn(process.execPath, [join(ROOT, 'bin/pakhus'), ...args], { cwd: ROOT, stdio: 'inherit' });
  const code = await new Promise<number>((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (status) => resolve(status ?? 1));
  });
  // It has said what is wrong.
  if (code !== 0) process.exit(code);
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });
  title('Pack the samples of examples/packages');
  await rm(PACKAGES, { recursive: true, force: true });
  for (const name of await listSamples()) {
    const path = await packSample(name, join(PACKAGES, NEWER.includes(name) ? 'newer' : 'first'));
    console.log(`  ${short(path)}`);
  }

  title('Publish them into a signed apt repository');
  await pakhus('publish', join(PACKAGES, 'first'), '--store', STORE, '--init');
  title('Publish a newer version');
  await pakhus('publish', join(PACKAGES, 'newer'), '--store', STORE);

  title('Set up a machine');
  await pakhus('client', 'deb/stable', '--store', STORE);

  if (values.check) {
    title("Let the machine's apt install from it, in a scratch root");
    const failure = await checkWithApt({
      launcher: join(ROOT, 'bin/pakhus'),
      store: STORE,
      say: (line) => console.log(line),
    });
    if (failure !== undefined) {
      console.error(`\n${styleText('red', 'The check failed:')} ${failure}`);
      process.exitCode = 1;
      return;
    }
  }

  title('Where things are');
  await pakhus('key', 'list', '--store', STORE);
  console.log(`
The store is ${short(STORE)}: plain files, for any web server. The secret keys never go there.
To take all of it back, delete ${short(STORE)}, ${short(PACKAGES)} and the key files above.`);

  title('What to try next');
  for (const [line, about] of NEXT) console.log(`  ${styleText('cyan', line.padEnd(51))} ${about}`);
}

const NEXT: readonly (readonly [line: string, about: string])[] = [
  ['bin/pakhus list', 'what is in it'],
  ['bin/pakhus log', 'who changed what, and when'],
  ['bin/pakhus publish YOUR.deb', 'add a package of yours'],
  ['bin/pakhus remove deb/stable hello-pakhus=1.0', 'take one out'],
  ['bin/pakhus verify', 'check every byte and signature'],
  ['PAKHUS_URL=https://… bin/pakhus client deb/stable', 'the set-up for machines that reach it there'],
  ['npm run demo -- --check', 'let the real apt install from it'],
];

function title(text: string): void {
  console.log(`\n${styleText('bold', text)}`);
}

function short(path: string): string {
  return path.startsWith(ROOT) ? `./${relative(ROOT, path)}` : path;
}

// `npm run demo | less`, and away.
process.stdout.on('error', () => process.exit());
await main();

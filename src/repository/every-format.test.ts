/** What every format promises of a repository as a whole, whatever happened to it. A new one is a subject. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatSubjects } from '../../tests/support/format-subjects.ts';
import { fakeClock } from '../../tests/support/ledger-kit.ts';
import { readTar } from '../../tests/support/tar-archives.ts';
import { createTempDir } from '../../tests/support/temp.ts';
import { createTestUser, type TestUser } from '../../tests/support/test-repository.ts';
import { ENCODING_SUFFIX } from '../formats/format.ts';
import { createMemoryStorage } from '../storage/memory.ts';
import { readBytes } from '../storage/read-all.ts';
import type { FormatSubject, PackageWish } from '../testing/index.ts';
import { rollbackPlace } from './history/rollback.ts';
import { iteratePackages } from './list-packages.ts';
import { publishFiles } from './publish-files.ts';
import { openTail } from './read-repository.ts';
import { removePackages } from './remove-packages.ts';
import { verifyRepository } from './verify/verify.ts';

/** Folders of packages that the real tools made. */
const FIXTURES: Readonly<Record<string, readonly string[]>> = {
  deb: ['deb/pool/main'],
  opkg: ['opkg/feed', 'opkg/ar-form'],
  pacman: ['pacman/x86_64'],
  wpkg: ['wpkg/repo', 'wpkg/flat'],
};

const LIMIT_BYTES = 10_000_000;

/** Somebody with a repository `repo` of the format, in memory. */
async function createUser({ format, settings }: FormatSubject): Promise<TestUser & AsyncDisposable> {
  const dir = await createTempDir('every-format');
  const clock = fakeClock();
  const user = createTestUser({
    store: createMemoryStorage({ clock, name: '/simulated' }),
    clock,
    folder: dir.path,
  });
  const components = `components: [${settings.components.join(', ')}]`;
  const lines = ['pages: false', `repositories: { repo: { format: ${format.name}, ${components} } }`, ''];
  await writeFile(join(dir.path, 'pakhus.yaml'), lines.join('\n'));
  return { ...user, [Symbol.asyncDispose]: dir[Symbol.asyncDispose] };
}

let files = 0;

async function publish(
  user: TestUser,
  { make }: FormatSubject,
  wishes: readonly PackageWish[],
): Promise<void> {
  const paths = await Promise.all(
    wishes.map(async (wish) => {
      const { name, bytes } = await make(wish);
      const path = join(user.folder, `${files++}-${name}`);
      await writeFile(path, bytes);
      return path;
    }),
  );
  await publishPaths(user, paths);
}

async function publishPaths(user: TestUser, paths: readonly string[]): Promise<void> {
  const to = { repository: 'repo', channel: undefined, component: undefined };
  const input = { paths, cwd: user.folder, to, keepGoing: false, dryRun: false, allowUninstallable: true };
  await publishFiles(await user.workspace(), { ...input, mayCreate: async () => true }, user.options);
}

const revisionOf = async (user: TestUser): Promise<number> =>
  (await openTail(await user.open('repo'))).revision.signed.record.rev;

/** All indexes by their paths, unpacked. A signature over a package is new each time that it is made. */
async function indexesOf(
  user: TestUser,
  { format }: FormatSubject,
): Promise<Readonly<Record<string, string>>> {
  const { catalog } = (await openTail(await user.open('repo'))).content;
  const texts: Record<string, string> = {};
  for (const { indexes } of catalog.channels) {
    for (const { path, segment, files: written } of indexes) {
      const { encoding, sha256 } = written.find((one) => one.encoding === 'gzip') ?? {
        encoding: 'plain',
        sha256: '',
      };
      const usual = path + ENCODING_SUFFIX[encoding];
      const name = format.hashedIndexPath?.(path, sha256) ?? usual;
      const bytes = await readBytes(user.store, `repo/${name}`, { limitBytes: LIMIT_BYTES });
      const plain = encoding === 'gzip' ? gunzipSync(bytes) : Buffer.from(bytes);
      texts[usual] =
        format.packageSignatures === undefined ? plain.toString('latin1') : unsigned(plain, segment);
    }
  }
  return texts;
}

function unsigned(tar: Uint8Array, segment: string): string {
  const entries = readTar(tar).map(({ path, text }) => [path, text.replace(/%PGPSIG%\n.*\n\n/, '')]);
  return JSON.stringify([segment, ...entries]);
}

async function heldBy(user: TestUser): Promise<readonly PackageWish[]> {
  const repository = await user.open('repo');
  const held: PackageWish[] = [];
  for await (const { record } of iteratePackages(repository, await openTail(repository))) held.push(record);
  return held;
}

const problemsOf = async (user: TestUser): Promise<readonly unknown[]> =>
  (await verifyRepository(await user.open('repo'), user.options)).findings;

/** One thing that somebody does; what is not there cannot be removed. */
type Step =
  | { readonly do: 'publish'; readonly wish: PackageWish }
  | { readonly do: 'remove'; readonly name: string }
  | { readonly do: 'rollback'; readonly back: number };

function stepsFor({ versions, architectures, independent }: FormatSubject): fc.Arbitrary<readonly Step[]> {
  const name = fc.constantFrom('hello', 'tool', 'words', 'tool-x');
  const wish = fc.record({
    name,
    version: fc.constantFrom(...versions.slice(0, 3)),
    architecture: fc.constantFrom(...architectures, independent),
  });
  const step = fc.oneof(
    { weight: 5, arbitrary: wish.map((one): Step => ({ do: 'publish', wish: one })) },
    { weight: 2, arbitrary: name.map((one): Step => ({ do: 'remove', name: one })) },
    { weight: 1, arbitrary: fc.nat(3).map((back): Step => ({ do: 'rollback', back })) },
  );
  return fc.array(step, { minLength: 3, maxLength: 7 });
}

async function take(user: TestUser, subject: FormatSubject, one: Step): Promise<void> {
  try {
    if (one.do === 'publish') await publish(user, subject, [one.wish]);
    else if (one.do === 'remove') {
      const wanted = [{ name: one.name, version: undefined }];
      const input = { from: { channel: 'stable', component: 'main' }, wanted, all: true, dryRun: false };
      await removePackages(await user.open('repo'), input, user.options);
    } else {
      const to = String(Math.max(1, (await revisionOf(user)) - one.back));
      await rollbackPlace(await user.open('repo'), { place: {}, to, dryRun: false }, user.options);
    }
  } catch (error) {
    expect(error).toMatchObject({ code: 'PACKAGE_NOT_FOUND' });
  }
}

describe.each(formatSubjects.map((subject) => [subject.format.name, subject] as const))(
  '%s',
  (_, subject) => {
    const { architectures, independent, versions } = subject;
    const first = { name: 'first', version: versions[0] ?? '', architecture: independent };

    test('every package of the fixtures is published; again, nothing changes', async () => {
      await using user = await createUser(subject);
      const folders = (FIXTURES[subject.format.name] ?? []).map((path) =>
        fileURLToPath(new URL(`../../tests/fixtures/${path}`, import.meta.url)),
      );
      for (const folder of folders) await publishPaths(user, [folder]);
      const before = await revisionOf(user);
      expect((await heldBy(user)).length).toBeGreaterThan(2);
      for (const folder of folders) await publishPaths(user, [folder]);
      expect(await revisionOf(user)).toBe(before);
      expect(await problemsOf(user)).toEqual([]);
    });

    test('published again, nothing changes', async () => {
      await using user = await createUser(subject);
      const wishes = [...architectures, independent].map((architecture) => ({
        ...first,
        name: `for-${architecture.replaceAll('_', '-')}`,
        architecture,
      }));
      await publish(user, subject, wishes);
      const before = await revisionOf(user);
      await publish(user, subject, wishes.toReversed());
      expect(await revisionOf(user)).toBe(before);
      expect(await problemsOf(user)).toEqual([]);
    });

    test('after any history its indexes are those of the same packages published at once', async () => {
      const property = fc.asyncProperty(stepsFor(subject), fc.nat(), async (steps, pick) => {
        await using user = await createUser(subject);
        await publish(user, subject, [first]);
        const seen = [await indexesOf(user, subject)];
        for (const one of steps) {
          await take(user, subject, one);
          seen[(await revisionOf(user)) - 1] = await indexesOf(user, subject);
        }
        const packages = await heldBy(user);
        await using fresh = await createUser(subject);
        await publish(fresh, subject, packages);
        expect(await indexesOf(fresh, subject)).toEqual(seen.at(-1));

        const to = pick % seen.length;
        const back = { place: {}, to: String(to + 1), dryRun: false };
        await rollbackPlace(await user.open('repo'), back, user.options);
        expect(await indexesOf(user, subject)).toEqual(seen[to]);
        expect(await problemsOf(user)).toEqual([]);
      });
      await fc.assert(property, { numRuns: 4 });
    });
  },
);

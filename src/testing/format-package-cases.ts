/** Packages: how they are recognised, read, placed and compared. */
import assert from 'node:assert/strict';
import { PakhusError } from '../core/pakhus-error.ts';
import { checkPath, type FormatCase, placed, refused, strictSource } from './format-case.ts';

const HEAD_BYTES = 4096;
/** What is no package of any format. */
const RUBBISH: readonly Uint8Array[] = [
  new Uint8Array(),
  new Uint8Array(512),
  Buffer.from('<!DOCTYPE html><title>404</title>'),
  Buffer.from('!<arch>\nfoo.o/          0           0     0     644     4         `\n'),
];
/** Where bytes do not tell, a name may: a damaged file of its own is better named than passed over. */
const DAMAGED_GZIP = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 0xff, 0xff, 0xff]);
/** Places where a file is cut off. */
const CUTS = 40;

export const packageCases: readonly FormatCase[] = [
  {
    name: 'its own packages are recognised by their first bytes, and nothing else is',
    async run(subject) {
      const { format, independent, versions } = subject;
      const version = versions[0] ?? '';
      const { name, bytes } = await subject.make({ name: 'hello', version, architecture: independent });
      assert.ok(format.recognise(bytes.subarray(0, HEAD_BYTES), name));
      assert.ok(
        format.fileExtensions.some((ending) => name.endsWith(ending)),
        name,
      );
      for (const head of RUBBISH)
        assert.equal(format.recognise(head, name), false, Buffer.from(head).toString());
      assert.equal(format.recognise(DAMAGED_GZIP, 'notes.gz'), false);
    },
  },
  {
    name: 'a package says what it was made of, read at once or bit by bit, each byte once',
    async run(subject) {
      for (const architecture of [subject.independent, ...subject.architectures]) {
        for (const version of subject.versions) {
          const file = await subject.make({ name: 'hello', version, architecture });
          const meta = await subject.format.readPackage(strictSource(file, false));
          assert.deepEqual([meta.name, meta.version, meta.architecture], ['hello', version, architecture]);
          assert.deepEqual(await subject.format.readPackage(strictSource(file, true)), meta);
          assert.ok(!meta.metadata.endsWith('\n'), 'the metadata ends with a newline');
          const slots = subject.format.slotsOf?.(architecture);
          assert.ok(slots === undefined || slots.includes(meta.slot), `slotsOf has no ${meta.slot}`);
        }
      }
    },
  },
  {
    name: 'a file that is cut off anywhere is refused by name',
    async run(subject) {
      const { bytes } = await placed(subject);
      for (let cut = 0; cut < CUTS; cut++) {
        const part = bytes.subarray(0, Math.floor((bytes.length * cut) / CUTS));
        const file = { name: 'cut-off', bytes: part };
        const read = () => subject.format.readPackage(strictSource(file, false));
        const error = await refused(read, 'ARCHIVE_TRUNCATED', 'ARCHIVE_CORRUPT', 'PACKAGE_INVALID');
        assert.match(error.message, /cut-off/);
      }
    },
  },
  {
    name: 'a file that is damaged anywhere is read, or refused by name',
    async run(subject) {
      const { bytes } = await placed(subject);
      for (let step = 0; step < CUTS; step++) {
        const at = Math.floor((bytes.length * step) / CUTS);
        for (const change of [0x01, 0xff]) {
          const damaged = Buffer.from(bytes);
          damaged[at] = (damaged[at] ?? 0) ^ change;
          const source = strictSource({ name: 'damaged', bytes: damaged }, false);
          const error = await subject.format.readPackage(source).then(
            () => undefined,
            (reason: unknown) => reason,
          );
          if (error === undefined) continue;
          assert.ok(
            error instanceof PakhusError && /^(ARCHIVE|PACKAGE)_/.test(error.code),
            `at ${at}: ${error}`,
          );
          assert.match(error.message, /damaged/);
        }
      }
    },
  },
  {
    name: 'names that leave their folder are refused, or come out harmless',
    async run(subject) {
      for (const name of ['../hello', 'hello/../../x', '/hello', '.', '..']) {
        const wish = { name, version: subject.versions[0] ?? '1', architecture: subject.independent };
        const file = { ...(await subject.make(wish)), name: 'hostile' };
        await refused(
          () => subject.format.readPackage(strictSource(file, false)),
          'PACKAGE_INVALID',
          'ARCHIVE_UNSAFE_PATH',
        );
      }
    },
  },
  {
    name: 'each package has a path of its own, and another for other bytes',
    async run(subject) {
      const { format, architectures, independent, versions } = subject;
      const paths = new Set<string>();
      for (const name of ['hello', 'hello2', 'world']) {
        for (const version of versions.slice(0, 3)) {
          for (const architecture of [...architectures, independent]) {
            const wish = { name, version, architecture };
            const [usual, apart] = [
              await placed(subject, wish),
              await placed(subject, wish, { apart: true }),
            ];
            for (const { record, meta } of [usual, apart]) {
              checkPath(record.path);
              assert.equal(format.kindOf(record.path), 'package', record.path);
              assert.notEqual(meta.slot, '');
              paths.add(record.path);
            }
            assert.deepEqual((await placed(subject, wish)).record, usual.record);
          }
        }
      }
      assert.equal(paths.size, 3 * Math.min(3, versions.length) * 3 * 2);
    },
  },
  {
    name: 'versions are in one order',
    async run({ format, versions }) {
      for (const [i, a] of versions.entries()) {
        for (const [j, b] of versions.entries())
          assert.equal(Math.sign(format.compareVersions(a, b)), Math.sign(i - j), `${a} and ${b}`);
      }
    },
  },
  {
    name: 'what was read can be shown',
    async run(subject) {
      const { record } = await placed(subject);
      const { fields } = subject.format.summarise(record);
      assert.ok(fields.some(({ value }) => value === record.name));
      const { depends, provides } = subject.format.relations(record);
      assert.ok(Array.isArray(depends) && Array.isArray(provides));
    },
  },
];

import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';
import { describe } from 'vitest';
import { plainEnvironment } from './run-command.ts';

/**
 * Tests that need a tool or a right that not every machine has.
 *
 * Such a test says what it needs, and its skip carries the reason in the suite's name, so that every reporter shows it;
 * `skip-reporter.ts` lists them once more at the end. With `PAKHUS_TEST_REQUIRE=1` (CI) a need that is not met is a failure.
 */

/** Something that a test needs and this machine lacks, in words: `reprepro is not on PATH`. Undefined: it is there. */
export type Lack = string | undefined;

/** A program on `PATH` (`sbin` folders included). */
export function lackOfTool(name: string): Lack {
  const folders = (plainEnvironment()['PATH'] ?? '').split(':').filter((folder) => folder !== '');
  const found = folders.some((folder) => {
    try {
      accessSync(join(folder, name), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
  return found ? undefined : `${name} is not on PATH`;
}

/** The first lack of several programs. */
export function lackOfTools(...names: readonly string[]): Lack {
  return names.map(lackOfTool).find((lack) => lack !== undefined);
}

/** Superuser rights, for `chroot`, maintainer scripts and mounts. */
export function lackOfRoot(): Lack {
  return process.getuid?.() === 0 ? undefined : 'needs root (chroot)';
}

/** `describe`, skipped by name where something is lacking. */
export function describeWith(name: string, lack: Lack, body: () => void): void {
  if (lack === undefined) {
    describe(name, body);
  } else if ((process.env['PAKHUS_TEST_REQUIRE'] ?? '') === '') {
    describe.skip(`${name} [skipped: ${lack}]`, body);
  } else {
    throw new Error(`${name}: ${lack}, and PAKHUS_TEST_REQUIRE forbids a skip`);
  }
}

/** Like {@link describeWith}, for tools that no package of Debian has: CI goes on without them. */
export function describeWhere(name: string, lack: Lack, body: () => void): void {
  if (lack === undefined) describe(name, body);
  else describe.skip(`${name} [skipped: ${lack}]`, body);
}

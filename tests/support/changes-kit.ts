/** Packages in few words, a base revision that holds them, and what changes make of it. */
import type { RunKey } from '../../src/catalog/catalog.ts';
import type { PackageRecord } from '../../src/formats/format.ts';
import type { Identity } from '../../src/repository/change/actions.ts';
import type { BaseLookup, Changes } from '../../src/repository/change/changes.ts';
import { memoryLookup } from './memory-lookup.ts';

export const STABLE: RunKey = { channel: 'stable', component: 'main', slot: 'amd64' };
export const CONTRIB: RunKey = { ...STABLE, component: 'contrib' };
export const INSTALLER: RunKey = { ...STABLE, slot: 'udeb-amd64' };
export const TESTING: RunKey = { ...STABLE, channel: 'testing' };

/** `hello 1.0 as A`: the letter stands for the bytes. */
export function pkg(spec: string): PackageRecord {
  const [name = '', version = '', , bytes = 'A'] = spec.split(' ');
  const sha256 = bytes.repeat(64);
  return { name, version, architecture: 'amd64', path: `pool/${name}`, sizeBytes: 1, sha256, metadata: '' };
}

/** A base revision: packages by run. */
export function base(...holds: readonly (readonly [RunKey, ...string[]])[]): BaseLookup {
  return memoryLookup(...holds.map(([run, ...specs]) => [run, specs.map(pkg)] as const));
}

/** The edits as lines: `+ stable/main/amd64 hello 1.0`. */
export function lines(changes: Changes): string[] {
  return changes
    .edits()
    .flatMap(({ run, put, drop }) => {
      const where = `${run.channel}/${run.component}/${run.slot}`;
      return [
        ...put.map((one) => `+ ${where} ${one.name} ${one.version}`),
        ...drop.map((one) => `- ${where} ${one.name} ${one.version}`),
      ];
    })
    .sort();
}

/** One of them. */
export const HELLO: Identity = { name: 'hello', version: '1.0', architecture: 'amd64' };

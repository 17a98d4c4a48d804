import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

/** The reference: a repository made by apt-ftparchive and gpg, at `dists/fixstable`. */
export function fixtureRepository(): string {
  return fileURLToPath(new URL('../fixtures/deb', import.meta.url));
}

/** Sources for the reference at `uri`, with its key inline as a user pastes it (sources.list(5), Signed-By). */
export async function fixtureSources(uri: string): Promise<string> {
  const key = await readFile(new URL('../fixtures/keys/openpgp-test.pub.asc', import.meta.url), 'utf8');
  return renderSources({ uri, suite: 'fixstable', components: ['main', 'matrix'], key });
}

/** What a sources.list(5) entry says. */
export interface SourcesSpec {
  readonly uri: string;
  readonly suite: string;
  readonly components: readonly string[];
  /** An armoured public key. */
  readonly key: string;
}

/** A deb822 sources entry with an inline key. */
export function renderSources(spec: SourcesSpec): string {
  const key = spec.key
    .trimEnd()
    .split('\n')
    .map((line) => ` ${line.trim() === '' ? '.' : line}\n`);
  return [
    'Types: deb\n',
    `URIs: ${spec.uri}\n`,
    `Suites: ${spec.suite}\n`,
    `Components: ${spec.components.join(' ')}\n`,
    'Signed-By:\n',
    ...key,
  ].join('');
}

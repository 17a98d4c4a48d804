/** The files at the root of a store, from what it tells of its repositories. */

import { FRONT_PAGE } from '../../pages/front-page.ts';
import { SETUP_SCRIPT, safeSetup } from '../../pages/setup-script.ts';
import { KEY_FOLDER, renderStorePage } from '../../pages/store-page.ts';
import { renderStoreScript } from '../../pages/store-script.ts';
import { binaryPublicKey } from '../../signing/openpgp-key.ts';
import { keyFilesOf, publicKeyPath } from '../change/public-keys.ts';
import type { RepositoryCard } from './cards.ts';
import type { FrontFile } from './place-front.ts';

/** In the order in which they are written: the page, which leads to the others, last. Paths are below the store. */
export async function renderFront(
  url: string | undefined,
  cards: readonly RepositoryCard[],
): Promise<readonly FrontFile[]> {
  const keys = new Map<string, readonly FrontFile[]>();
  for (const card of cards) keys.set(card.name, await keyFiles(card));
  const setups = cards.flatMap(({ setup }) => (setup && safeSetup(setup)) ?? []);
  const script = url === undefined ? undefined : renderStoreScript(url, setups);
  const page = renderStorePage({
    url,
    repositories: cards.map(({ name, path, client, channels, hasPages, signers }) => ({
      ...{ name, path, client, channels, hasPage: hasPages },
      hasScript: script !== undefined && setups.some(({ repository }) => repository === name),
      signers: signers.map(({ fingerprint, stage }) => ({ fingerprint, note: stage })),
      keys: (keys.get(name) ?? []).map((file) => file.path.slice(KEY_FOLDER.length)),
    })),
  });
  const byPath = new Map([...keys.values()].flat().map((file) => [file.path, file]));
  return [
    ...byPath.values(),
    ...(script === undefined ? [] : [{ path: SETUP_SCRIPT, bytes: Buffer.from(script) }]),
    { path: FRONT_PAGE, bytes: Buffer.from(page) },
  ];
}

/** In each form that clients take: armored and binary OpenPGP, usign under the repository's name and under the id. */
async function keyFiles({ name, signers }: RepositoryCard): Promise<readonly FrontFile[]> {
  const files: FrontFile[] = [];
  for (const { path, text } of await keyFilesOf(signers)) {
    const bytes = Buffer.from(text);
    if (path === publicKeyPath('openpgp')) {
      files.push({ path: `${KEY_FOLDER}${name}.asc`, bytes });
      files.push({ path: `${KEY_FOLDER}${name}.gpg`, bytes: await binaryPublicKey(text) });
    } else if (path === publicKeyPath('usign')) {
      files.push({ path: `${KEY_FOLDER}${name}.pub`, bytes });
    } else files.push({ path, bytes });
  }
  return files;
}

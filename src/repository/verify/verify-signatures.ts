/** The signatures that clients check. */
import { type CatalogChannel, channelView, renderedIndexes } from '../../catalog/catalog.ts';
import { createIndexFiles } from '../../catalog/index-files.ts';
import { hasCode } from '../../core/pakhus-error.ts';
import type { SignatureForm } from '../../formats/format.ts';
import { formatByName } from '../../formats/table.ts';
import { verifySigned } from '../../signing/verify-signed.ts';
import { readBytes } from '../../storage/read-all.ts';
import { indexFilesOf, readIndexFile } from '../change/pointers.ts';
import type { Repository } from '../repository.ts';
import type { Check } from './verify-finding.ts';

const SIGNED_LIMIT_BYTES = 64 * 1024 * 1024;

/** Renders every pointer again and checks the signatures over the result. Gives how many there are. */
export async function checkSignatures(repository: Repository, { tail, findings }: Check): Promise<number> {
  const { catalog, signers } = tail.content;
  const keys = signers.map(({ publicKey }) => publicKey);
  let checked = 0;
  for (const channel of catalog.channels) {
    for await (const { path, form, text } of signedTexts(repository, { tail, channel })) {
      checked += 1;
      const problem =
        text === undefined ? undefined : await signatureProblem(repository, { path, form, text, keys });
      if (problem !== undefined) {
        findings.push({
          area: 'signature',
          path,
          problem,
          remedy: 'Run `pakhus repair`; if it stays, publish again.',
        });
      }
    }
  }
  return checked;
}

/** A signature and what it should be over; undefined: a file that is damaged, which is told with the indexes. */
interface SignedText {
  readonly path: string;
  readonly form: SignatureForm;
  readonly text: Uint8Array | undefined;
}

async function* signedTexts(
  { tree, ledger: { state, blobs } }: Repository,
  { tail, channel }: Pick<Check, 'tail'> & { readonly channel: CatalogChannel },
): AsyncGenerator<SignedText> {
  const { catalog } = tail.content;
  const format = formatByName(catalog.settings.format);
  const view = channelView(catalog, channel.name);
  if (view === undefined) return;
  const plans = format.renderChannel(view, { indexes: renderedIndexes(channel), dateMs: channel.dateMs });
  const published = new Set(tail.revision.manifest.pointers.map(({ path }) => path));
  const indexFiles = indexFilesOf(channel);
  const files = createIndexFiles({ tree, state, blobs, format });
  for (const plan of plans) {
    if (!('sign' in plan) || ('ifKeyed' in plan && !published.has(plan.path))) continue;
    const signed = plans.find(({ path }) => path === plan.of);
    const file = indexFiles.get(plan.of);
    if (signed !== undefined && 'bytes' in signed)
      yield { path: plan.path, form: plan.sign, text: signed.bytes };
    else if (file !== undefined) {
      const text = await orUndefined(readIndexFile(files, file));
      yield { path: plan.path, form: plan.sign, text };
    }
  }
}

async function orUndefined<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (hasCode(error, 'LEDGER_CORRUPT')) return undefined;
    throw error;
  }
}

async function signatureProblem(
  repository: Repository,
  at: {
    readonly path: string;
    readonly form: SignatureForm;
    readonly text: Uint8Array;
    readonly keys: readonly string[];
  },
): Promise<string | undefined> {
  const { path, form, text: bytes, keys: publicKeys } = at;
  try {
    const signature = await readBytes(repository.tree, path, { limitBytes: SIGNED_LIMIT_BYTES });
    const options = { name: path, publicKeys, nowMs: repository.ledger.clock.now() };
    await verifySigned({ form, signature, bytes }, options);
    return undefined;
  } catch (error) {
    // That it is missing is told with the pointers.
    if (hasCode(error, 'STORE_OBJECT_NOT_FOUND')) return undefined;
    if (hasCode(error, 'VERIFY_FAILED', 'KEY_INVALID')) return error.message;
    throw error;
  }
}

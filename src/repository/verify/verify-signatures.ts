/** The signatures that clients check. */
import { channelView, renderedIndexes } from '../../catalog/catalog.ts';
import { hasCode } from '../../core/pakhus-error.ts';
import { formatByName } from '../../formats/table.ts';
import { verifyClear, verifyDetached } from '../../signing/verify.ts';
import { readBytes } from '../../storage/read-all.ts';
import type { Repository } from '../repository.ts';
import type { Check } from './verify-finding.ts';

const SIGNED_LIMIT_BYTES = 64 * 1024 * 1024;

/** Renders every pointer again and checks the signatures over the result. Gives how many there are. */
export async function checkSignatures(repository: Repository, { tail, findings }: Check): Promise<number> {
  const { catalog, signers } = tail.content;
  const format = formatByName(catalog.settings.format);
  const keys = signers.map(({ publicKey }) => publicKey);
  let checked = 0;
  for (const channel of catalog.channels) {
    const view = channelView(catalog, channel.name);
    if (view === undefined) continue;
    const plans = format.renderChannel(view, { indexes: renderedIndexes(channel), dateMs: channel.dateMs });
    const texts = new Map(
      plans.flatMap((plan) => ('bytes' in plan ? [[plan.path, plan.bytes] as const] : [])),
    );
    for (const plan of plans) {
      const text = texts.get('sign' in plan ? plan.of : '');
      if (!('sign' in plan) || text === undefined) continue;
      checked += 1;
      const problem = await signatureProblem(repository, { path: plan.path, mode: plan.sign, text, keys });
      if (problem !== undefined) {
        findings.push({
          area: 'signature',
          path: plan.path,
          problem,
          remedy: 'Run `pakhus repair`; if it stays, publish again.',
        });
      }
    }
  }
  return checked;
}

async function signatureProblem(
  repository: Repository,
  at: {
    readonly path: string;
    readonly mode: 'clear' | 'detached';
    readonly text: Uint8Array;
    readonly keys: readonly string[];
  },
): Promise<string | undefined> {
  try {
    const signature = await readBytes(repository.tree, at.path, { limitBytes: SIGNED_LIMIT_BYTES });
    const options = { name: at.path, publicKeys: at.keys, nowMs: repository.ledger.clock.now() };
    if (at.mode === 'detached') {
      await verifyDetached(at.text, { ...options, signature: Buffer.from(signature).toString('utf8') });
      return undefined;
    }
    const { text } = await verifyClear(signature, options);
    return Buffer.compare(text, at.text) === 0
      ? undefined
      : 'signs another text than the newest revision has';
  } catch (error) {
    // That it is missing is told with the pointers.
    if (hasCode(error, 'STORE_OBJECT_NOT_FOUND')) return undefined;
    if (hasCode(error, 'VERIFY_FAILED', 'KEY_INVALID')) return error.message;
    throw error;
  }
}

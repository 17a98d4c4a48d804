/** Signatures over what was served, with the keys that `pakhus client` hands out. */
import { type CatalogChannel, channelView, renderedIndexes } from '../../catalog/catalog.ts';
import { hasCode } from '../../core/pakhus-error.ts';
import type { PointerPlan, SignatureForm } from '../../formats/format.ts';
import { formatByName } from '../../formats/table.ts';
import { verifySigned } from '../../signing/verify-signed.ts';
import type { ReadRevision } from '../change/content.ts';
import { type LiveFinding, liveFinding } from './live-finding.ts';
import type { Look, Standing } from './look.ts';

/** How many there were, and what is wrong with them. */
export interface SignaturesChecked {
  readonly checked: number;
  readonly findings: readonly LiveFinding[];
}

/** `seen`: the revision whose plans say what signs what. Files of no revision are not looked into: clients refuse them anyway. */
export async function checkSignatures(
  look: Look,
  at: {
    readonly seen: ReadRevision;
    readonly channel: CatalogChannel;
    readonly standings: ReadonlyMap<string, Standing>;
  },
): Promise<SignaturesChecked> {
  const findings: LiveFinding[] = [];
  let checked = 0;
  for (const plan of plansOf(at.seen, at.channel)) {
    const signature = at.standings.get(plan.path);
    const text = at.standings.get('sign' in plan ? plan.of : '');
    if (!('sign' in plan) || signature?.rev === undefined) continue;
    const isApart = plan.sign !== 'clear';
    if (isApart && text?.rev === undefined) continue;
    checked += 1;
    if (isApart && text !== undefined && text.rev !== signature.rev) {
      const problem = `it is of revision ${signature.rev}, and ${plan.of}, which it signs, is served as of revision ${text.rev}`;
      findings.push(liveFinding('live-torn', { url: signature.fetched.url, problem }));
      continue;
    }
    const problem = await signatureProblem(look, {
      signature,
      form: plan.sign,
      text: isApart ? text : undefined,
    });
    if (problem !== undefined)
      findings.push(liveFinding('live-signature', { url: signature.fetched.url, problem }));
  }
  return { checked, findings };
}

function plansOf({ content: { catalog } }: ReadRevision, channel: CatalogChannel): readonly PointerPlan[] {
  const view = channelView(catalog, channel.name);
  const { dateMs } = channel;
  return view === undefined
    ? []
    : formatByName(catalog.settings.format).renderChannel(view, {
        indexes: renderedIndexes(channel),
        dateMs,
      });
}

async function signatureProblem(
  { repository, tail }: Look,
  {
    signature,
    form,
    text,
  }: { readonly signature: Standing; readonly form: SignatureForm; readonly text: Standing | undefined },
): Promise<string | undefined> {
  const { bytes } = signature.fetched;
  const options = {
    name: signature.pointer.path,
    publicKeys: tail.content.signers.map(({ publicKey }) => publicKey),
    nowMs: repository.ledger.time.now(),
  };
  try {
    await verifySigned({ form, signature: bytes, bytes: text?.fetched.bytes }, options);
    return undefined;
  } catch (error) {
    if (!hasCode(error, 'VERIFY_FAILED', 'KEY_INVALID')) throw error;
    return error.message;
  }
}

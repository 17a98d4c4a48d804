/** Whether the state can be read by anybody. */
import { hasCode } from '../../core/pakhus-error.ts';
import { readRecord } from '../../ledger/log.ts';
import { recordKey } from '../../ledger/record.ts';
import { fetchFile } from './fetched.ts';
import { type LiveFinding, liveFinding } from './live-finding.ts';
import type { Look } from './look.ts';
import type { StateSite } from './site.ts';

const LIMIT_BYTES = 64 * 1024 * 1024;

/** Asks for the first record of the log, as a stranger would. */
export async function checkState({
  repository: { ledger },
  site,
  call,
}: Pick<Look, 'repository' | 'call'> & { readonly site: StateSite }): Promise<readonly LiveFinding[]> {
  if (!site.isHttp || site.stateUrl === undefined) return [];
  const url = `${site.stateUrl}/${recordKey(1)}`;
  try {
    const { digest } = await readRecord(ledger, 1, call);
    const { sha256 } = await fetchFile(site.read, url, { ...call, limitBytes: LIMIT_BYTES, keep: false });
    return sha256 === digest
      ? [liveFinding('live-state-public', { url, problem: 'the server gives the ledger to anybody' })]
      : [];
  } catch (error) {
    // That the log is damaged, `pakhus verify` tells.
    if (hasCode(error, 'LEDGER_CORRUPT', 'STORE_OBJECT_NOT_FOUND')) return [];
    throw error;
  }
}

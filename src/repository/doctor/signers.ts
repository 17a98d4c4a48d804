/** The keys that sign what clients check. */
import { readPublicKey } from '../../signing/openpgp-key.ts';
import { checkSigningKey } from '../../signing/openpgp-policy.ts';
import type { PublicSigner } from '../change/actions.ts';
import { kindOf } from '../keys/keys.ts';
import type { Repository } from '../repository.ts';
import { bad, type Diagnosis, good, guarded, warning } from './diagnosis.ts';

const ROTATE = 'Replace it in three steps: `pakhus key rotate` says how.';

/** Whether clients take the key now and in the next 90 days, and whether its secret half is here. */
export function checkSigner(repository: Repository, signer: PublicSigner): Promise<readonly Diagnosis[]> {
  const check = `${repository.name}: signing key ${signer.fingerprint}`;
  return guarded(check, async () => {
    const nowMs = repository.ledger.time.now();
    if (kindOf(signer.publicKey) === 'usign') {
      await repository.keys.openSigner([signer], { nowMs });
      return [good(check, 'usign, secret key is here')];
    }
    const { info } = await readPublicKey(signer.publicKey, { origin: check });
    const { refused, warnings } = checkSigningKey(info, nowMs);
    const found = warnings.map(({ message }) => warning(check, message, ROTATE));
    if (refused !== undefined) found.push(bad(check, `clients refuse it: ${refused.message}`, ROTATE));
    await repository.keys.openSigner([signer], { nowMs });
    return found.length > 0
      ? found
      : [good(check, `${info.algorithm}, accepted by clients, secret key is here`)];
  });
}

/** `pakhus key list`. */
import { listKeys } from '../../signing/key-store.ts';
import { type Command, defineCommand } from '../command.ts';
import { renderTable } from '../table.ts';

export const keyList: Command = defineCommand({
  inputs: {},
  description: 'The folder is PAKHUS_KEYS, or ~/.config/pakhus/keys. Secrets are neither unlocked nor shown.',
  run: async (context) => {
    const folder = (await context.config()).keys.value;
    const { keys, problems } = await listKeys(folder);
    for (const key of keys)
      for (const { code, message } of key.lints) context.reporter.report({ type: 'warning', code, message });
    for (const { code, message, hint } of problems)
      context.reporter.report({ type: 'warning', code, message, ...(hint && { hint }) });
    const shown = keys.map((key) => ({
      kind: key.kind,
      fingerprint: key.fingerprint,
      path: key.path,
      publicKey: key.publicKey,
      algorithm: key.kind === 'openpgp' ? key.info.algorithm : 'ed25519',
      userIds: key.kind === 'openpgp' ? key.info.userIds : [],
      encrypted: key.kind === 'openpgp' && key.encrypted,
      expires: key.kind === 'openpgp' ? (key.info.expires?.toISOString() ?? null) : null,
    }));
    return { folder, keys: shown };
  },
  render: ({ folder, keys }, { palette }) => {
    if (keys.length === 0) return [`No keys in ${folder}.`];
    const rows = keys.map((key) => [
      key.kind === 'openpgp' ? 'signing' : key.kind,
      key.fingerprint,
      key.userIds.join(', '),
      palette.faint(key.path),
    ]);
    return renderTable(
      ['Kind', 'Fingerprint', 'Of', 'File'].map((title) => ({ title })),
      rows,
    );
  },
});

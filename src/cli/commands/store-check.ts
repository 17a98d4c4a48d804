/** `pakhus store check`. */
import { ERROR_CODES } from '../../core/error-codes.ts';
import { checkStores } from '../../repository/doctor/stores.ts';
import { createUrlReader } from '../../upstream/url-reader.ts';
import { type Command, defineCommand } from '../command.ts';
import { diagnosisLines } from '../diagnosis-lines.ts';
import { useCase, workspaceOf } from '../open-workspace.ts';

export const storeCheck: Command = defineCommand({
  inputs: {},
  description:
    'Tries what the store does, whatever it promises. A bucket: credentials, clock, 16 writers at once for one name, and without ' +
    'credentials: clients get their files, also those with + in their names, with the headers that caches need, and nobody the state. ' +
    'A folder: writes, the lock, rights, room, the file system. `pakhus doctor` does all of this and looks at the repositories as well. ' +
    'Exit code 1 when something is bad, 11 when the store cannot keep two writers apart.',
  run: async (context) => ({
    checks: await checkStores(await workspaceOf(context), {
      ...useCase(context),
      clock: context.clock,
      env: context.env,
      singleWriter: context.flags.singleWriter,
      read: createUrlReader(),
    }),
  }),
  exitCode: ({ checks }) => {
    const wrong = checks.filter(({ verdict }) => verdict === 'bad');
    if (wrong.some(({ code }) => code === 'store-unsafe')) return ERROR_CODES.STORE_UNSAFE.exit;
    return wrong.length > 0 ? 1 : 0;
  },
  render: ({ checks }, { palette }) => diagnosisLines(checks, palette),
});

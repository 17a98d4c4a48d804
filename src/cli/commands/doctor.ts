/** `pakhus doctor`. */
import { diagnose } from '../../repository/doctor/diagnose.ts';
import { createUrlReader } from '../../upstream/url-reader.ts';
import { type Command, defineCommand } from '../command.ts';
import { diagnosisLines } from '../diagnosis-lines.ts';
import { useCase, workspaceOf } from '../open-workspace.ts';

export const doctor: Command = defineCommand({
  inputs: {},
  description:
    'Checks this machine, the keys, the store, the ledgers and where clients reach them, and says for each finding what to do. ' +
    'Exit code 1 when something is bad. `pakhus verify` reads every byte, `pakhus verify --live` all that clients fetch.',
  run: async (context) => ({
    node: process.versions.node,
    checks: await diagnose(await workspaceOf(context), {
      ...useCase(context),
      clock: context.clock,
      env: context.env,
      singleWriter: context.flags.singleWriter,
      read: createUrlReader(),
    }),
  }),
  exitCode: ({ checks }) => (checks.some(({ verdict }) => verdict === 'bad') ? 1 : 0),
  render: ({ checks }, { palette }) => diagnosisLines(checks, palette),
});

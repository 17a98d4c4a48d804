/** `pakhus doctor`. */
import { diagnose } from '../../repository/doctor.ts';
import { type Command, defineCommand } from '../command.ts';
import { useCase, workspaceOf } from '../open-workspace.ts';

export const doctor: Command = defineCommand({
  inputs: {},
  description:
    'Checks the configuration, the store, the keys and the ledgers, and says for each finding what to do. Exit code 1 when ' +
    'something is bad.',
  run: async (context) => ({
    node: process.versions.node,
    checks: await diagnose(await workspaceOf(context), useCase(context)),
  }),
  exitCode: ({ checks }) => (checks.some(({ verdict }) => verdict === 'bad') ? 1 : 0),
  render: ({ checks }, { palette }) =>
    checks.flatMap(({ check, verdict, finding, remedy }) => {
      const mark = { good: palette.good('ok  '), warning: palette.warning('warn'), bad: palette.bad('bad ') }[
        verdict
      ];
      return [
        `${mark}  ${palette.strong(check)}: ${finding}`,
        ...(remedy === undefined ? [] : [`      ${remedy}`]),
      ];
    }),
});

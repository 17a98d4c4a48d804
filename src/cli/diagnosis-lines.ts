/** What was found, as lines: a mark, the finding with its code, what to do. */
import type { Diagnosis } from '../repository/doctor/diagnosis.ts';
import type { Palette } from './palette.ts';

export function diagnosisLines(checks: readonly Diagnosis[], palette: Palette): string[] {
  const marks = {
    good: palette.good('ok  '),
    warning: palette.warning('warn'),
    bad: palette.bad('bad '),
  };
  return checks.flatMap(({ check, verdict, finding, remedy, code }) => {
    const shown = code === undefined ? '' : palette.faint(` (${code})`);
    return [
      `${marks[verdict]}  ${palette.strong(check)}: ${finding}${shown}`,
      ...(remedy === undefined ? [] : [`      ${remedy}`]),
    ];
  });
}

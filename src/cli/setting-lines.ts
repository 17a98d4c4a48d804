/** Settings that differ, one a line. */
import type { SettingChange } from '../repository/change/compare-terms.ts';

export function settingLines(changes: readonly SettingChange[]): readonly string[] {
  return changes.map(
    ({ setting, before, after }) => `  ${setting}: ${JSON.stringify(before)} -> ${JSON.stringify(after)}`,
  );
}

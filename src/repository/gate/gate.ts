/** The gate as use cases and commits meet it. */
import type { PakhusError } from '../../core/pakhus-error.ts';
import type { RepositorySettings } from '../../formats/format.ts';
import { formatByName } from '../../formats/table.ts';
import type { Step } from '../change/step.ts';
import type { Repository, UseCaseOptions } from '../repository.ts';
import { findUninstallable, type MachineFindings } from './find-uninstallable.ts';
import { countUndecided, describeBroken, refusalOf } from './report-findings.ts';

/**
 * For whoever plans a change, inside of `Changes.whole` and before anything is written. With `allow`, what breaks is a warning.
 * @throws PACKAGE_UNINSTALLABLE with the chains that break; CONFIG_INVALID for base indexes that cannot be read; LEDGER_*, STORE_*
 */
export async function passGate(
  repository: Repository,
  plan: { readonly step: Step; readonly settings: RepositorySettings; readonly allow: boolean },
  options: UseCaseOptions,
): Promise<void> {
  const findings = await look(repository, plan, options);
  const refusal = refusalOf(findings);
  if (refusal === undefined) return;
  if (!plan.allow) throw refusal;
  options.report({ type: 'warning', code: 'package-uninstallable', message: describeBroken(findings) });
}

/** For a commit: why the gate refuses a step; undefined when it does not. Errors as {@link passGate}. */
export async function findRefusal(
  repository: Repository,
  plan: { readonly step: Step; readonly settings: RepositorySettings },
  options: UseCaseOptions,
): Promise<PakhusError | undefined> {
  return refusalOf(await look(repository, plan, options));
}

async function look(
  { bases }: Repository,
  { step, settings }: { readonly step: Step; readonly settings: RepositorySettings },
  { report, signal }: UseCaseOptions,
): Promise<readonly MachineFindings[]> {
  const format = formatByName(settings.format);
  const findings = await findUninstallable({ step, settings, format, bases, report, signal });
  const undecided = countUndecided(findings);
  if (undecided > 0) {
    const what = undecided === 1 ? '1 package' : `${undecided} packages`;
    const message = `${what} depend on each other in too many ways to say whether they can still be installed`;
    report({ type: 'warning', code: 'package-undecided', message });
  }
  return findings;
}

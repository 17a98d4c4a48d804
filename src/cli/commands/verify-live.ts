/** `pakhus verify --live`: what clients get, in words. */
import { findClientUrlProblem } from '../../config/addresses.ts';
import { PakhusError } from '../../core/pakhus-error.ts';
import type { LiveFinding } from '../../repository/live/live-finding.ts';
import { siteOf } from '../../repository/live/site.ts';
import { type LiveVerification, verifyLive } from '../../repository/live/verify-live.ts';
import { createUrlReader } from '../../upstream/url-reader.ts';
import type { View } from '../command.ts';
import type { CliContext } from '../context.ts';
import { forEachPlace, useCase } from '../open-workspace.ts';
import { formatNumberOf } from '../quantities.ts';

/** URLs with the same trouble that are printed. */
const LIST_LIMIT = 10;

export interface LiveResult extends LiveVerification {
  readonly repository: string;
}

/** Looks at the place that was typed, or at every repository of the store. @throws CONFIG_INVALID without a URL, CLI_USAGE */
export async function runVerifyLive(
  context: CliContext,
  input: { readonly place: string | undefined; readonly url: string | undefined; readonly all: boolean },
): Promise<readonly LiveResult[]> {
  const problem = input.url === undefined ? undefined : findClientUrlProblem(input.url);
  if (problem !== undefined) throw new PakhusError('CLI_USAGE', `--url ${problem}`);
  const read = createUrlReader();
  return forEachPlace(context, input.place, async ({ workspace, repository, place }) => {
    const site = siteOf(repository, { config: workspace.config, read, url: input.url });
    const { channel, component } = place;
    const found = await verifyLive(
      repository,
      { site, channel, component, all: input.all },
      useCase(context),
    );
    return { repository: repository.name, ...found };
  });
}

/** Findings of one kind together, then what was looked at. */
export function renderLive(results: readonly LiveResult[], view: View): readonly string[] {
  if (results.length === 0) return ['Nothing was published yet.'];
  return results.flatMap((one) => [...findingLines(one.findings, view), ...endLines(one, view)]);
}

function findingLines(findings: readonly LiveFinding[], { palette }: View): readonly string[] {
  const worstLast = findings.toSorted((a, b) => rank(a) - rank(b));
  const alike = Map.groupBy(worstLast, ({ code, problem, remedy }) =>
    JSON.stringify([code, problem, remedy]),
  );
  return [...alike.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const label = first.severity === 'error' ? palette.bad('Error:') : palette.warning('Warning:');
    return [
      `${label} ${first.problem} ${palette.faint(`(${first.code})`)}`,
      ...group
        .slice(0, LIST_LIMIT)
        .map(({ url, evidence }) => `  ${url}${evidence === undefined ? '' : `  ${evidence}`}`),
      ...(group.length > LIST_LIMIT ? [palette.faint(`  and ${group.length - LIST_LIMIT} more`)] : []),
      `    ${first.harm}`,
      `    ${first.remedy}`,
    ];
  });
}

function rank({ severity }: LiveFinding): number {
  return severity === 'error' ? 1 : 0;
}

function endLines(
  { repository, url, rev, checked, findings }: LiveResult,
  { palette }: View,
): readonly string[] {
  const errors = findings.filter(({ severity }) => severity === 'error').length;
  const warnings = findings.length - errors;
  const counts = [
    formatNumberOf(checked.pointers, 'pointer'),
    formatNumberOf(checked.signatures, 'signature'),
    formatNumberOf(checked.indexes, 'index file'),
    formatNumberOf(checked.packages, 'package'),
  ];
  const verdicts = [
    ...(errors > 0 ? [palette.bad(formatNumberOf(errors, 'error'))] : []),
    ...(warnings > 0 ? [palette.warning(formatNumberOf(warnings, 'warning'))] : []),
  ];
  return [
    `${palette.strong(repository)} revision ${rev} at ${url}: ${counts.join(', ')} looked at`,
    verdicts.length === 0 ? palette.good('Clients get what the ledger says.') : `${verdicts.join(', ')}.`,
  ];
}

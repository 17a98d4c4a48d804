/** Taking over what lies in the public folder: no package file is moved, and what clients have configured stays right. */
import { callOf } from '../../catalog/call-of.ts';
import { formatByName } from '../../formats/table.ts';
import type { Repository, UseCaseOptions } from '../repository.ts';
import { chooseSigners } from './choose-signers.ts';
import { commitImport, type ImportPlan } from './commit-import.ts';
import type { ImportInput, ImportResult } from './import-repository.ts';
import { channelLosses, keyFileLosses, type Loss } from './losses.ts';
import { readEntries, readListing } from './read-listing.ts';
import { refused } from './refusal.ts';
import { adoptionOf, treeSource } from './source.ts';
import { surveyTree, type TreeSurvey } from './survey-tree.ts';

/** @throws IMPORT_REFUSED with what is in the way, KEY_*, SETTINGS_INVALID, LEDGER_*, STORE_* */
export async function importInPlace(
  repository: Repository,
  input: ImportInput,
  options: UseCaseOptions,
): Promise<ImportResult> {
  const { tree } = repository;
  const call = callOf(options);
  const base = input.config.settings;
  const rules = adoptionOf(base.format);
  const source = treeSource(tree, call);
  options.report({ type: 'progress', task: 'Looking at what is there' });
  const survey = await surveyTree(tree, { ...call, format: formatByName(base.format), rules });
  const names = chosen(input.channels, survey.channels);
  const listed = await readEntries(source, { rules, names });
  const signers = await chooseSigners(repository, listed.entries, input);
  const losses = [...channelLosses(listed.channels), ...(await keyFileLosses(tree, signers, call))];
  await askForLosses(repository, losses, input);
  const listing = await readListing(source, listed, { ...options, base, rules });
  const plan: ImportPlan = {
    ...{ listing, rules, signers, losses },
    leftChannels: [...survey.channels, ...survey.nested].filter((name) => !names.includes(name)),
    leftFiles: leftFiles(survey, listing.packages),
  };
  return commitImport(repository, { plan, input }, options);
}

function chosen(wanted: readonly string[], there: readonly string[]): readonly string[] {
  const missing = wanted.find((name) => !there.includes(name));
  if (missing === undefined) return wanted.length === 0 ? there : wanted;
  throw refused(`there is no suite '${missing}'`, { hint: `There are ${there.join(', ')}.` });
}

/** What an index names and cannot be taken over is left as well. */
function leftFiles({ own }: TreeSurvey, packages: ImportPlan['listing']['packages']): readonly string[] {
  const named = new Set(packages.map(({ listed }) => listed.record.path));
  return own.filter((path) => !named.has(path));
}

/** @throws IMPORT_REFUSED unless nothing grave is lost, or somebody says yes */
async function askForLosses(
  { name }: Repository,
  losses: readonly Loss[],
  { dryRun, mayLose }: ImportInput,
): Promise<void> {
  const grave = losses.filter(({ isGrave }) => isGrave);
  if (grave.length === 0 || dryRun || (await mayLose(losses))) return;
  const lines = grave.map(({ channel, what }) => `${channel === undefined ? '' : `${channel}: `}${what}`);
  throw refused(`${name}: clients would lose what pakhus does not keep\n${lines.join('\n')}`, {
    hint: 'The files stay, but apt will not find them any more. Say --yes to go on without them.',
    details: { losses: grave },
  });
}

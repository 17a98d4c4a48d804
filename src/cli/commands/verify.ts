/** `pakhus verify`. */
import { PakhusError } from '../../core/pakhus-error.ts';
import { type Verification, verifyRepository } from '../../repository/verify/verify.ts';
import { type Command, defineCommand, type View } from '../command.ts';
import type { CliContext } from '../context.ts';
import { flag, optionalArgument, textOption } from '../inputs.ts';
import { forEachRepository, useCase } from '../open-workspace.ts';
import { formatNumberOf } from '../quantities.ts';
import { type LiveResult, renderLive, runVerifyLive } from './verify-live.ts';

/** Exit code of a verification that found something. */
const VERIFICATION_FAILED = 12;

interface StoreResult extends Verification {
  readonly repository: string;
}

type VerifyResult =
  | { readonly live: false; readonly repositories: readonly StoreResult[] }
  | { readonly live: true; readonly repositories: readonly LiveResult[] };

export const verify: Command = defineCommand({
  inputs: {
    place: optionalArgument(
      'one repository, with --live also repository/channel; left out: all of the store',
    ),
    live: flag('fetch what clients fetch, through `url:`, and compare that'),
    all: flag('with --live: fetch every package, not a sample of their sizes'),
    url: textOption('url', 'with --live: where the store is reached (default: `url:` in pakhus.yaml)'),
  },
  description:
    'Reads everything that is stored and compares it with the ledger, the signed log of all revisions. Changes nothing. ' +
    'Exit code 12 when something differs.\n\n' +
    'With --live it is a client: it finds stale caches, files of two revisions that do not fit together, wrong headers, ' +
    'redirects, refused or missing files, and says what to do. Exit code 12 when clients fail or miss something; warnings alone are 0.',
  examples: [
    ['pakhus verify', 'the store, to the last byte'],
    ['pakhus verify --live tools/stable', 'what clients of that channel get'],
    [
      'pakhus verify --live --url http://127.0.0.1:8080',
      'the server behind the CDN, or a copy before it goes live',
    ],
  ],
  run: (context, inputs): Promise<VerifyResult> =>
    inputs.live ? lookLive(context, inputs) : readStore(context, inputs),
  exitCode: (result) => (hasErrors(result) ? VERIFICATION_FAILED : 0),
  render: (result, view) =>
    result.live ? renderLive(result.repositories, view) : renderStore(result.repositories, view),
});

interface VerifyInputs {
  readonly place: string | undefined;
  readonly all: boolean;
  readonly url: string | undefined;
}

async function lookLive(context: CliContext, inputs: VerifyInputs): Promise<VerifyResult> {
  return { live: true, repositories: await runVerifyLive(context, inputs) };
}

async function readStore(context: CliContext, { place, all, url }: VerifyInputs): Promise<VerifyResult> {
  if (all || url !== undefined)
    throw new PakhusError('CLI_USAGE', `${all ? '--all' : '--url'} is for --live only`);
  const repositories = await forEachRepository(context, place, async ({ repository }) => ({
    repository: repository.name,
    ...(await verifyRepository(repository, useCase(context))),
  }));
  return { live: false, repositories };
}

function hasErrors({ live, repositories }: VerifyResult): boolean {
  return live
    ? repositories.some(({ findings }) => findings.some(({ severity }) => severity === 'error'))
    : repositories.some(({ findings }) => findings.length > 0);
}

function renderStore(repositories: readonly StoreResult[], { palette }: View): readonly string[] {
  return repositories.length === 0
    ? ['Nothing was published yet.']
    : repositories.flatMap(({ repository, findings, ...verification }) => [
        ...findings.flatMap(({ path, problem, remedy }) => [
          palette.bad(`${repository}: ${path}: ${problem}`),
          `  ${remedy}`,
        ]),
        palette.strong(repository) + checkedText(verification),
        findings.length === 0
          ? palette.good('All as the ledger says.')
          : palette.bad(`${formatNumberOf(findings.length, 'problem')}.`),
      ]);
}

function checkedText({ rev, checked }: Pick<Verification, 'rev' | 'checked'>): string {
  if (rev === null) return ': the newest revision cannot be read';
  const counts = [
    formatNumberOf(checked.records, 'record'),
    formatNumberOf(checked.blobs, 'blob'),
    formatNumberOf(checked.packages, 'package'),
    formatNumberOf(checked.indexes, 'index file'),
    formatNumberOf(checked.pointers, 'pointer'),
    ...(checked.pages > 0 ? [formatNumberOf(checked.pages, 'page')] : []),
    formatNumberOf(checked.signatures, 'signature'),
  ];
  return ` revision ${rev}: ${counts.join(', ')} checked`;
}

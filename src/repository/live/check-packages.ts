/** Package files: a sample by their size, or all of them by every byte; and how the server answers special names and ranges. */
import { mapInOrder } from '../../catalog/map-in-order.ts';
import { readRange } from '../../catalog/read-range.ts';
import { sha256Hex } from '../../core/digest.ts';
import { hasCode } from '../../core/pakhus-error.ts';
import type { PackageRecord } from '../../formats/format.ts';
import type { Filter } from '../change/actions.ts';
import { iteratePackages } from '../list-packages.ts';
import type { UseCaseOptions } from '../repository.ts';
import { checkFixedFile, checkFixedFiles, type FixedFile, PARALLEL } from './check-files.ts';
import { fetchFile } from './fetched.ts';
import { judgeStatus } from './judge-answer.ts';
import { type LiveFinding, liveFinding } from './live-finding.ts';
import type { Look } from './look.ts';
import { hasSpecialName, samplePackages } from './sample-packages.ts';
import { addressOf } from './site.ts';

/** Bytes of the range that is asked for. */
const RANGE_BYTES = 1024;

export interface PackagesCheck extends Filter {
  /** Every file to its end. */
  readonly all: boolean;
  readonly report: UseCaseOptions['report'];
}

export async function checkPackages(
  look: Look,
  check: PackagesCheck,
): Promise<{ readonly checked: number; readonly findings: readonly LiveFinding[] }> {
  const sample = await samplePackages(look.repository, look.tail, check);
  const { checked, findings } = check.all ? await checkAll(look, check) : await checkSample(look, sample);
  const plus = sample.find(({ path }) => path.includes('+'));
  const largest = sample.toSorted((a, b) => b.sizeBytes - a.sizeBytes)[0];
  return {
    checked,
    findings: [
      ...findings,
      ...(plus === undefined ? [] : await checkPlus(look, plus)),
      ...(largest === undefined ? [] : await checkRange(look, largest)),
    ],
  };
}

function checkAll(
  look: Look,
  { all: _, report, ...filter }: PackagesCheck,
): ReturnType<typeof checkFixedFiles> {
  const { repository, tail, call } = look;
  async function* files(): AsyncGenerator<FixedFile> {
    const seen = new Set<string>();
    for await (const { record } of iteratePackages(repository, tail, { ...filter, ...call })) {
      if (seen.has(record.path)) continue;
      seen.add(record.path);
      yield fixedFile(record);
    }
  }
  return checkFixedFiles(look, files(), { report, task: 'Fetching packages' });
}

function fixedFile({ path, sizeBytes, sha256 }: PackageRecord): FixedFile {
  return { path, sizeBytes, sha256, from: { tree: path } };
}

async function checkSample(
  look: Look,
  sample: readonly PackageRecord[],
): Promise<{ readonly checked: number; readonly findings: readonly LiveFinding[] }> {
  const results: { readonly isSpecial: boolean; readonly findings: readonly LiveFinding[] }[] = [];
  const work = async (record: PackageRecord): Promise<(typeof results)[number]> => ({
    isSpecial: hasSpecialName(record),
    findings: await checkSize(look, record),
  });
  const { signal } = look.call;
  for await (const one of mapInOrder(sample, { limit: PARALLEL, signal, work })) results.push(one);
  const plainWork = results.some(({ isSpecial, findings }) => !isSpecial && findings.length === 0);
  const findings = results.flatMap((one) =>
    one.findings.map((finding) => {
      const isName = one.isSpecial && plainWork && /^live-(missing|forbidden)$/.test(finding.code);
      return isName ? liveFinding('live-name', finding) : finding;
    }),
  );
  return { checked: results.length, findings };
}

/** Asks for the size alone; a server that cannot say gives all of the file. */
async function checkSize(look: Look, record: PackageRecord): Promise<readonly LiveFinding[]> {
  const { site, call } = look;
  const url = addressOf(site, record.path);
  const fetched = await fetchFile(site.read, url, { ...call, method: 'HEAD', limitBytes: 0, keep: false });
  if (fetched.status === 405 || fetched.status === 501) return checkFixedFile(look, fixedFile(record));
  const findings = judgeStatus(fetched);
  const length = fetched.headers['content-length'];
  if (fetched.status !== 200 || length === undefined || Number(length) === record.sizeBytes) return findings;
  const code = Number(length) < record.sizeBytes ? 'live-truncated' : 'live-altered';
  const problem = `the server says that it has ${length} bytes, expected ${record.sizeBytes}`;
  return [...findings, liveFinding(code, { url, problem })];
}

/** People copy addresses with + as it is. */
async function checkPlus(look: Look, record: PackageRecord): Promise<readonly LiveFinding[]> {
  const { site, call } = look;
  const encoded = addressOf(site, record.path);
  const plain = encoded.replaceAll('%2b', '+');
  const head = { ...call, method: 'HEAD', limitBytes: 0, keep: false } as const;
  const [works, asked] = [await fetchFile(site.read, encoded, head), await fetchFile(site.read, plain, head)];
  if (works.status !== 200 || asked.status === 200 || asked.status === 0) return [];
  return [
    liveFinding('live-plus', { url: plain, problem: `with + as it is, the server answers ${asked.status}` }),
  ];
}

/** The second half of a download that was interrupted. */
async function checkRange(look: Look, { path, sizeBytes }: PackageRecord): Promise<readonly LiveFinding[]> {
  const { site, call, repository } = look;
  const offset = Math.floor(sizeBytes / 2);
  const length = Math.min(RANGE_BYTES, sizeBytes - offset);
  const expected = await bytesOf(repository.tree, path, { ...call, offset, length });
  if (!site.isHttp || expected === undefined) return [];
  const range = `bytes=${offset}-${offset + length - 1}`;
  const url = addressOf(site, path);
  const fetched = await fetchFile(site.read, url, {
    ...call,
    headers: { range },
    limitBytes: length,
    keep: false,
  });
  if (fetched.status === 200)
    return [liveFinding('live-no-range', { url, problem: `asked for ${range}, the server sends all of it` })];
  if (fetched.status === 416)
    return [liveFinding('live-range', { url, problem: `asked for ${range}, the server answers 416` })];
  if (fetched.status !== 206 || fetched.sha256 === expected) return [];
  return [liveFinding('live-range', { url, problem: `asked for ${range}, the server sends other bytes` })];
}

/** The digest of what the store has there; undefined when it has not. */
async function bytesOf(
  tree: Look['repository']['tree'],
  path: string,
  range: Parameters<typeof readRange>[2],
): Promise<string | undefined> {
  try {
    return sha256Hex(await readRange(tree, path, range));
  } catch (error) {
    if (hasCode(error, 'STORE_OBJECT_NOT_FOUND')) return undefined;
    throw error;
  }
}

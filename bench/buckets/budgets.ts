/** What pakhus may take of a bucket, beside what others take in the same run. */
import type { BudgetRow } from '../budgets.ts';
import type { Sample } from '../median.ts';
import { formatRatio, formatSeconds } from '../table.ts';
import type { Traffic } from './proxy.ts';

/** By `link/contestant/work`, such as `20 ms/aptly/add-one`. */
export interface BucketFigures {
  readonly samples: ReadonlyMap<string, Sample>;
  readonly traffic: ReadonlyMap<string, Traffic>;
  /** Bytes of all encodings of the large repository's index. */
  readonly indexBytes: number;
}

/** Work, link, our key, their key, the largest ratio of wall time. */
const TIMES: readonly (readonly [string, string, string, string, number])[] = [
  ['first publish', 'loopback', 'pakhus/first', 'sdk/first', 1.5],
  ['first publish', '20 ms', 'pakhus/first', 'aptly/first', 1 / 5],
  ['add one to the large', 'loopback', 'pakhus/add-one', 'aptly/add-one', 1 / 5],
  ['add one to the large', '20 ms', 'pakhus/add-one', 'aptly/add-one', 1 / 5],
];

/** Work, key, most requests. */
const REQUESTS = [
  ['add one to the large: requests', '20 ms/pakhus/add-one', 60],
  ['nothing to do: requests', '20 ms/pakhus/again', 10],
] as const;

/** Work, which bytes, most of them over the size of the index. */
const BYTES = [
  ['add one to the large: down', 'bytesDown', 1.1],
  ['add one to the large: up', 'bytesUp', 2.1],
] as const;

export const BUCKET_HEAD: readonly string[] = [
  'work',
  'link',
  'peer',
  'peer',
  'pakhus',
  'ratio',
  'budget',
  'result',
];

/** The cells of every row, as in {@link BUCKET_HEAD}. */
export function judgeBuckets({ samples, traffic, indexBytes }: BucketFigures): string[][] {
  const times = TIMES.map(([work, link, our, their, limit]) => {
    const [ours, theirs] = [our, their].map((key) => samples.get(`${link}/${key}`)?.wallSeconds);
    const ratio = ours === undefined || theirs === undefined ? undefined : ours / theirs;
    const [peer = ''] = their.split('/');
    return [
      work,
      link,
      peer,
      ...[theirs, ours].map((value) => (value === undefined ? '–' : formatSeconds(value))),
      ratio === undefined ? '–' : formatRatio(ratio),
      `≤ ${formatRatio(limit)}`,
      verdict(ratio, limit),
    ];
  });
  const counts = REQUESTS.map(([work, key, limit]) => {
    const ours = traffic.get(key)?.requests;
    return [
      work,
      '',
      '–',
      '–',
      ours === undefined ? '–' : String(ours),
      '–',
      `≤ ${limit}`,
      verdict(ours, limit),
    ];
  });
  const bytes = BYTES.map(([work, which, limit]) => {
    const ours = traffic.get('20 ms/pakhus/add-one')?.[which];
    const ratio = ours === undefined ? undefined : ours / indexBytes;
    const cells = [indexBytes, ours].map((value) =>
      value === undefined ? '–' : `${(value / 1e6).toFixed(1)} MB`,
    );
    const shown = ratio === undefined ? '–' : `${ratio.toFixed(2)}×`;
    return [work, '', 'index', ...cells, shown, `≤ ${limit}×`, verdict(ratio, limit)];
  });
  return [...times, ...counts, ...bytes];
}

function verdict(value: number | undefined, limit: number): BudgetRow['verdict'] {
  if (value === undefined) return 'not measured';
  return value <= limit ? 'met' : 'missed';
}

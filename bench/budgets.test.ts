import { describe, expect, test } from 'vitest';
import { judge, renderBudgetRow } from './budgets.ts';
import { type Sample, sampleOf } from './median.ts';

function sample(wallSeconds: number, peakMiB?: number): Sample {
  return sampleOf([{ wallSeconds, cpuSeconds: wallSeconds, peakMiB }]);
}

const NOTHING = { samples: new Map<string, Sample>(), sizeRatios: new Map<string, number>() };

test('without figures every budget is there, not measured', () => {
  const rows = judge(NOTHING);
  expect(rows).toHaveLength(20);
  expect(new Set(rows.map((row) => row.verdict))).toEqual(new Set(['not measured']));
});

describe('a time is held against the peer of the same run', () => {
  test.each([
    [10, '1/3.00', 'met'],
    [10.1, '1/2.97', 'missed'],
  ])('%d s of 30 s', (ours, ratio, verdict) => {
    const samples = new Map([
      ['pakhus/full', sample(ours)],
      ['reprepro-gz-xz/full', sample(30)],
    ]);
    const [row] = judge({ ...NOTHING, samples }).map(renderBudgetRow);
    const our = `${ours.toFixed(1)} s`;
    expect(row).toEqual([
      'publish all into nothing: gz + xz',
      'reprepro gz + xz',
      '30.0 s',
      our,
      ratio,
      ratio,
      '≤ 1/3',
      verdict,
    ]);
  });
});

test('the peak is the largest of all that pakhus did, and no peer counts', () => {
  const samples = new Map([
    ['pakhus/full', sample(1, 250)],
    ['pakhus-small/add-one', sample(1, 310)],
    ['reprepro-gz-xz/full', sample(1, 500)],
  ]);
  const row = judge({ ...NOTHING, samples }).find(({ unit }) => unit === 'MiB');
  expect(row).toMatchObject({ ourValue: 310, verdict: 'missed' });
});

test('the gate has two seconds of processor time', () => {
  const samples = new Map([['pakhus/check-all', { ...sample(9), cpuSeconds: 1.9 }]]);
  const row = judge({ ...NOTHING, samples }).find(({ work }) => work.startsWith('gate'));
  expect(row).toMatchObject({ ourValue: 1.9, verdict: 'met' });
});

test('sizes are factors, the start-up is what node alone does not take', () => {
  const samples = new Map([
    ['pakhus/version', sample(0.08)],
    ['node/nothing', sample(0.03)],
  ]);
  const rows = judge({ samples, sizeRatios: new Map([['xz', 1.073]]) }).map(renderBudgetRow);
  expect(rows).toContainEqual(['size of Packages.xz', 'xz -6', '–', '1.073×', '–', '–', '≤ 1.12×', 'met']);
  expect(rows).toContainEqual([
    'pakhus --version, over bare node',
    '–',
    '–',
    '50.0 ms',
    '–',
    '–',
    '≤ 60.0 ms',
    'met',
  ]);
});

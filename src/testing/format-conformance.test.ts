/** Every format keeps the promises of the port. */
import { describe, expect, test } from 'vitest';
import { formatSubjects } from '../../tests/support/format-subjects.ts';
import { FORMATS } from '../formats/table.ts';
import { formatCases } from './index.ts';

test('every format is a subject', () => {
  expect(formatSubjects.map(({ format }) => format)).toEqual(FORMATS);
});

describe.each(formatSubjects.map((subject) => [subject.format.name, subject] as const))(
  '%s',
  (_, subject) => {
    test.each(formatCases)('$name', ({ run }) => run(subject));
  },
);

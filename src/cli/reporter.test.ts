import { describe, expect, test } from 'vitest';
import type { Output } from './output.ts';
import { createPalette } from './palette.ts';
import type { ReporterTime } from './reporter.ts';
import { createJsonReporter } from './reporter-json.ts';
import { createPlainReporter } from './reporter-plain.ts';
import { createTerminalReporter } from './reporter-terminal.ts';

/** Time that a test moves, and everything that was written. */
function stage(columns = 60) {
  let nowMs = 0;
  let text = '';
  const ticks = new Map<() => void, { ms: number; nextMs: number }>();
  const time: ReporterTime = {
    now: () => nowMs,
    every: (ms, tick) => {
      ticks.set(tick, { ms, nextMs: ms });
      return () => ticks.delete(tick);
    },
  };
  const output: Output = {
    isTerminal: true,
    columns: () => columns,
    lines: async () => {},
    line: async () => {},
    raw: (more) => {
      text += more;
    },
  };
  const pass = (ms: number) => {
    for (const end = nowMs + ms; nowMs < end; ) {
      nowMs += 1;
      for (const [tick, timer] of ticks) {
        if (nowMs < timer.nextMs) continue;
        timer.nextMs += timer.ms;
        tick();
      }
    }
  };
  return { time, output, pass, palette: createPalette(false), written: () => text, timers: () => ticks.size };
}

/** What a person sees of a text with `\r` and "clear line" in it. */
function screen(text: string): string[] {
  return text.split('\n').map((line) => line.split('\r\x1b[2K').at(-1) ?? '');
}

describe('on a terminal', () => {
  const start = (columns?: number) => {
    const on = stage(columns);
    return { ...on, reporter: createTerminalReporter({ ...on, idle: 'pakhus publish', unicode: true }) };
  };

  test('something is there within 100 ms', () => {
    const { pass, written } = start();
    expect(written()).toBe('');
    pass(99);
    expect(screen(written())).toEqual(['⠋ pakhus publish']);
  });

  test('a command that is done by then shows nothing', () => {
    const { reporter, written, timers } = start();
    reporter.report({ type: 'progress', task: 'Reading' });
    reporter.close();
    expect(written()).toBe('');
    expect(timers()).toBe(0);
  });

  test('one line that is drawn again, cut to the width', () => {
    const { reporter, pass, written } = start();
    for (let done = 0; done <= 12_000; done += 10) {
      reporter.report({
        type: 'progress',
        task: 'Reading packages',
        done,
        total: 63_440,
        item: 'pool/main/h/hello/hello_1.0_amd64.deb',
      });
    }
    pass(80);
    expect(screen(written())).toEqual(['⠋ Reading packages: 12,000 of 63,440 (18 %) …_1.0_amd64.deb']);
    expect(screen(written())[0]?.length).toBeLessThanOrEqual(60);
    expect(written().split('\r')).toHaveLength(2);
  });

  test('notes and warnings stay above it', () => {
    const { reporter, pass, written } = start();
    reporter.report({
      type: 'progress',
      task: 'Uploading',
      done: 1_500_000,
      total: 3_000_000,
      unit: 'bytes',
    });
    pass(80);
    reporter.report({ type: 'warning', code: 'deb-x', message: 'odd name', hint: 'Rename it.' });
    expect(screen(written())).toEqual([
      'Warning: odd name (deb-x)',
      '  Rename it.',
      '⠙ Uploading: 1.5 MB of 3.0 MB (50 %)',
    ]);
  });

  test('closing takes the line away', () => {
    const { reporter, pass, written } = start();
    pass(80);
    reporter.close();
    pass(1_000);
    expect(screen(written())).toEqual(['']);
  });

  test('a question is not drawn over', () => {
    const { reporter, pass, written, output } = start();
    pass(80);
    reporter.pause();
    output.raw('Go on? [y/N] ');
    pass(1_000);
    expect(screen(written())).toEqual(['Go on? [y/N] ']);
  });

  test('a name cannot move the cursor', () => {
    const { reporter, pass, written } = start(80);
    reporter.report({ type: 'progress', task: 'Reading', done: 1, item: '\x1b[2Jevil\r' });
    pass(80);
    expect(screen(written())).toEqual(['⠋ Reading: 1 \\x1b[2Jevil\\x0d']);
  });
});

describe('into a pipe', () => {
  const start = () => {
    const on = stage();
    return { ...on, reporter: createPlainReporter(on) };
  };

  test('a command of less than a second is quiet', () => {
    const { reporter, pass, written } = start();
    reporter.report({ type: 'progress', task: 'Reading', done: 1, total: 2 });
    pass(999);
    reporter.report({ type: 'progress', task: 'Reading', done: 2, total: 2 });
    reporter.close();
    expect(written()).toBe('');
  });

  test('a long one: a line per task, and one every ten seconds', () => {
    const { reporter, pass, written } = start();
    for (let second = 0; second < 25; second++) {
      reporter.report({ type: 'progress', task: 'Reading packages', done: second * 1_000, total: 63_440 });
      pass(1_000);
    }
    reporter.report({ type: 'progress', task: 'Publishing' });
    pass(5_000);
    expect(written().trimEnd().split('\n')).toEqual([
      'Reading packages: 0 of 63,440 (0 %)',
      'Reading packages: 10,000 of 63,440 (15 %)',
      'Reading packages: 20,000 of 63,440 (31 %)',
      'Publishing',
    ]);
  });

  test('warnings and notes always come, without control sequences', () => {
    const { reporter, written } = start();
    reporter.report({ type: 'note', message: 'first line\nsecond \x1b[2J' });
    reporter.report({ type: 'warning', code: 'deb-x', message: 'odd name' });
    expect(written()).toBe('first line\nsecond \\x1b[2J\nWarning: odd name (deb-x)\n');
  });
});

describe('for programs', () => {
  test('each event is a JSON line; progress comes at most once a second, and its end always', () => {
    const { reporter, pass, written } = (() => {
      const on = stage();
      return { ...on, reporter: createJsonReporter(on) };
    })();
    for (let done = 0; done <= 3_000; done++) {
      reporter.report({ type: 'progress', task: 'Reading', done, total: 3_000 });
      pass(1);
    }
    reporter.report({ type: 'warning', code: 'deb-x', message: 'odd' });
    const events = written()
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(events.map(({ type, done }) => [type, done])).toEqual([
      ['progress', 0],
      ['progress', 1_000],
      ['progress', 2_000],
      ['progress', 3_000],
      ['warning', undefined],
    ]);
  });
});

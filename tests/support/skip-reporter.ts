import type { Reporter, TestCase, TestModule } from 'vitest/node';

/**
 * Closes a run with what did not run and why, and with the counts in one plain line:
 *
 *     Skipped: Debian 13: apt 3 with sqv [skipped: needs root (chroot)] (12 tests)
 *     1204 passed, 0 failed, 12 skipped
 *
 * A module that could not be collected and an error outside of any test count as failed.
 */
export function createSkipReporter(
  write: (text: string) => void = (text) => process.stdout.write(text),
): Reporter {
  let filtered = false;
  return {
    onInit(vitest) {
      // With `-t`, vitest skips what the pattern leaves out; that needs no reason.
      filtered = vitest.config.testNamePattern !== undefined;
    },
    onTestRunEnd(modules, unhandledErrors) {
      const skipped = new Map<string, number>();
      const counts = { passed: 0, failed: unhandledErrors.length, skipped: 0, pending: 0 };
      for (const module of modules) {
        let failedTests = 0;
        for (const test of module.children.allTests()) {
          const state = test.result().state;
          counts[state] += 1;
          if (state === 'failed') failedTests += 1;
          if (state === 'skipped') {
            const reason = reasonOf(test);
            if (!filtered || reason.includes('[skipped: '))
              skipped.set(reason, (skipped.get(reason) ?? 0) + 1);
          }
        }
        if (failedTests === 0 && module.state() === 'failed') counts.failed += 1;
      }
      for (const [reason, tests] of skipped) write(`Skipped: ${reason} (${tests} tests)\n`);
      const tail = counts.skipped === 0 ? '' : `, ${counts.skipped} skipped`;
      write(`${counts.passed} passed, ${counts.failed} failed${tail}\n`);
    },
  };
}

/** The outermost suite that was skipped, or else the test itself, with its note. */
function reasonOf(test: TestCase): string {
  const result = test.result();
  const note = result.state === 'skipped' && result.note !== undefined ? ` [skipped: ${result.note}]` : '';
  let reason = `${test.fullName}${note}`;
  for (let parent = test.parent; parent.type === 'suite'; parent = parent.parent) {
    if (parent.options.mode === 'skip') reason = parent.fullName;
  }
  return `${nameOf(test.module)}: ${reason}`;
}

function nameOf(module: TestModule): string {
  return module.relativeModuleId;
}

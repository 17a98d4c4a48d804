import { defineConfig, type ViteUserConfig } from 'vitest/config';
import { createSkipReporter } from './tests/support/skip-reporter.ts';

const config: ViteUserConfig = defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'tests/**/*.test.ts', 'bench/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // On two cores: many tests wait for processes, servers and disks.
    maxWorkers: 3,
    reporters: ['default', createSkipReporter()],
  },
});

export default config;

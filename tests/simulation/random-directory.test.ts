import { testSeeds } from './random-runs.ts';

testSeeds('random-directory.test.ts', { kinds: ['directory'], seeds: 1000 });

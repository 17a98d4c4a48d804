import { testSeeds } from './random-runs.ts';

testSeeds('random-bucket.test.ts', {
  kinds: ['bucket', 'bucket with etags of the content', 'bucket without ifMatch'],
  seeds: 1000,
});

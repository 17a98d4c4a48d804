import { testSeeds } from './random-runs.ts';
import { createS3World, S3_KINDS } from './s3/s3-world.ts';

testSeeds('random-s3.test.ts', { kinds: S3_KINDS, seeds: 30, create: createS3World });

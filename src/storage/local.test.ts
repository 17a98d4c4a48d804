import { describe } from 'vitest';
import { localSubject, testStorage } from '../../tests/support/storage-subjects.ts';

describe('a directory keeps the promises of the port', () => {
  testStorage(localSubject(), {}, [
    'content type, caching and metadata come back with the object, and go along with a copy',
  ]);
});

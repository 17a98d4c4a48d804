import { describe, expect, test } from 'vitest';
import { findClientUrlProblem, findStoreProblem, resolveStoreAddress, trimClientUrl } from './addresses.ts';

describe('stores', () => {
  test.each([
    './public',
    '/srv/repo',
    'a b',
    's3://bucket/prefix?region=eu-1&endpoint=https%3A%2F%2Fx&pathStyle=true',
    'file:///srv',
  ])('%s', (address) => {
    expect(findStoreProblem(address)).toBeUndefined();
  });
  test.each([
    ['', 'is empty'],
    ['a\nb', 'has control characters'],
    ['s3://AKIA:xyz@bucket', 'holds a secret'],
    ['s3://bucket?sessionToken=x', 'holds a secret'],
    ['s3://[', 'is not a URL'],
  ])('%j %s', (address, problem) => {
    expect(findStoreProblem(address)).toContain(problem);
  });
  test('relative ones start at a folder', () => {
    expect(resolveStoreAddress('../x', '/a/b')).toBe('/a/x');
    expect(resolveStoreAddress('s3://bucket', '/a')).toBe('s3://bucket');
  });
});

describe('where clients reach it', () => {
  test.each(['https://a.example', 'http://127.0.0.1:8080/x', 'file:///srv/repo'])('%s', (url) => {
    expect(findClientUrlProblem(url)).toBeUndefined();
  });
  test.each([
    'a.example',
    'ftp://a',
    'https://',
    'https://u:p@a',
    'https://a?x=1',
    'https://a#x',
    'https://a?',
    'https://a/\u0000',
  ])('not %j', (url) => {
    expect(findClientUrlProblem(url)).toBeDefined();
  });
  test('without slashes at the end', () => {
    expect(trimClientUrl('https://a.example///')).toBe('https://a.example');
  });
});

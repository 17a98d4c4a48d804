import { describe, expect, test } from 'vitest';
import { sha256Hex } from '../core/digest.ts';
import { PakhusError } from '../core/pakhus-error.ts';
import { createMemoryStorage } from '../storage/memory.ts';
import type { Storage } from '../storage/storage.ts';
import { createBlobStore, readBlobRef } from './blobs.ts';

const ULIDS = ['01k9zzzzzzzzzzzzzzzzzzzzza', '01k9zzzzzzzzzzzzzzzzzzzzzb'];

function setUp(wrap: (storage: Storage) => Storage = (storage) => storage) {
  const storage = createMemoryStorage({ name: 'state' });
  const ulids = [...ULIDS];
  return { storage, blobs: createBlobStore(wrap(storage), { ulid: () => ulids.shift() ?? 'no more' }) };
}

describe('createBlobStore', () => {
  test('keeps bytes under a key of a ULID and their digest', async () => {
    const { blobs } = setUp();
    const ref = await blobs.put(Buffer.from('hello'));
    const sha256 = sha256Hex('hello');
    expect(ref).toEqual({ key: `blob/${ULIDS[0]}-${sha256}`, sha256, sizeBytes: 5 });
    expect(Buffer.from(await blobs.get(ref)).toString()).toBe('hello');
    expect((await blobs.put(Buffer.from('hello'))).key).not.toBe(ref.key);
  });

  test('takes bytes in several pieces', async () => {
    const { blobs } = setUp();
    const ref = await blobs.put([Buffer.from('hel'), Buffer.from('lo')]);
    expect(ref.sha256).toBe(sha256Hex('hello'));
    expect(Buffer.from(await blobs.get(ref)).toString()).toBe('hello');
  });

  test.each([
    ['other bytes', 'hellO', `expected SHA-256 ${sha256Hex('hello')}, found ${sha256Hex('hellO')}`],
    ['bytes missing', 'hell', `found ${sha256Hex('hell')}`],
  ])('says what is wrong with %s', async (_, text, message) => {
    const { blobs, storage } = setUp();
    const ref = await blobs.put(Buffer.from('hello'));
    await storage.write(ref.key, Buffer.from(text));
    await expect(blobs.get(ref)).rejects.toMatchObject({
      code: 'LEDGER_CORRUPT',
      message: expect.stringMatching(new RegExp(`^state/${ref.key} is not what was written: .*${message}$`)),
    });
  });

  test('says when a blob is missing', async () => {
    const { blobs, storage } = setUp();
    const ref = await blobs.put(Buffer.from('hello'));
    await storage.delete(ref.key);
    await expect(blobs.get(ref)).rejects.toMatchObject({
      code: 'LEDGER_CORRUPT',
      message: `state/${ref.key} is missing`,
    });
  });

  test('reads no blob over its limit', async () => {
    const { blobs } = setUp();
    const ref = await blobs.put(Buffer.from('hello'));
    await expect(blobs.get(ref, { limitBytes: 4 })).rejects.toMatchObject({ code: 'LEDGER_CORRUPT' });
  });

  test('takes its own object for a success when the answer to the write was lost', async () => {
    const { blobs } = setUp((storage) => ({
      ...storage,
      write: async (key, body, options) => {
        await storage.write(key, body, options);
        return storage.write(key, body, options);
      },
    }));
    const ref = await blobs.put(Buffer.from('hello'));
    expect(Buffer.from(await blobs.get(ref)).toString()).toBe('hello');
  });

  test('passes on why a blob cannot be written', async () => {
    const { blobs } = setUp((storage) => ({
      ...storage,
      write: async () => {
        throw new PakhusError('STORE_FULL', 'state: no room left');
      },
    }));
    await expect(blobs.put(Buffer.from('hello'))).rejects.toMatchObject({ code: 'STORE_FULL' });
  });
});

describe('readBlobRef', () => {
  const sha256 = sha256Hex('hello');
  const ref = { key: `blob/${ULIDS[0]}-${sha256}`, sha256, sizeBytes: 5 };
  test('reads what was written', () => {
    expect(readBlobRef(JSON.parse(JSON.stringify(ref)))).toEqual(ref);
  });

  test.each([
    ['another digest', { ...ref, sha256: sha256Hex('x') }],
    ['a key in another folder', { ...ref, key: ref.key.replace('blob/', 'blob/../log/') }],
    ['a key without ULID', { ...ref, key: `blob/x-${sha256}` }],
    ['a negative size', { ...ref, sizeBytes: -1 }],
    ['a key with a line break', { ...ref, key: `${ref.key}\n` }],
  ])('refuses %s', (_, value) => {
    expect(() => readBlobRef(value)).toThrow(TypeError);
  });
});

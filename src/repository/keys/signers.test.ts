import { expect, test } from 'vitest';
import type { PublicSigner } from '../change/actions.ts';
import { announced, isRotating, nextStep, signingOnes, singleSigner, stepped } from './signers.ts';

const OLD: PublicSigner = { fingerprint: 'old', publicKey: 'OLD' };
const OTHER: PublicSigner = { fingerprint: 'other', publicKey: 'OTHER' };
const NEW: PublicSigner = { fingerprint: 'new', publicKey: 'NEW' };

const names = (signers: readonly PublicSigner[]): readonly string[] =>
  signers.map(({ fingerprint, stage }) => (stage === undefined ? fingerprint : `${fingerprint} ${stage}`));

test('a key is replaced in three steps, and a second signer is left alone', () => {
  const one = announced([OLD, OTHER], { old: 'old', next: NEW });
  expect(names(one)).toEqual(['old', 'other', 'new announced']);
  expect(names(signingOnes(one))).toEqual(['old', 'other']);
  expect(nextStep(one)).toBe('switch');

  const two = stepped(one, 'switch');
  expect(names(two)).toEqual(['old retiring', 'other', 'new arriving']);
  expect(signingOnes(two)).toHaveLength(3);
  expect(nextStep(two)).toBe('retire');

  expect(stepped(two, 'retire')).toEqual([OTHER, NEW]);
  expect(nextStep([OTHER, NEW])).toBe('announce');
});

test('where there is room for one signature, the new key signs from the switch on', () => {
  const one = announced([OLD], { old: 'old', next: NEW });
  const two = stepped(one, 'switch');
  const found = [[OLD, OTHER], one, two, stepped(two, 'retire'), []].map(singleSigner);
  expect(found.map((signer) => signer?.fingerprint)).toEqual(['old', 'old', 'new', 'new', undefined]);
});

test.each([
  ['announce', announced([OLD, OTHER], { old: 'old', next: NEW })],
  ['switch', stepped(announced([OLD, OTHER], { old: 'old', next: NEW }), 'switch')],
])('after %s everything can be taken back', (_step, signers) => {
  expect(isRotating(signers)).toBe(true);
  expect(stepped(signers, 'cancel')).toEqual([OLD, OTHER]);
});

test('steps are not skipped, and a key does not follow itself', () => {
  const one = announced([OLD], { old: 'old', next: NEW });
  expect(() => stepped(one, 'retire')).toThrow("'retire' is not the next step of a rotation, 'switch' is");
  expect(() => stepped([OLD], 'cancel')).toThrow('no rotation is under way');
  expect(() => stepped([OLD], 'switch')).toThrow("'announce' is");
  expect(() => announced([OLD], { old: 'old', next: OLD })).toThrow('the key old signs already');
});

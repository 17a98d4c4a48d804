import { describe, expect, test } from 'vitest';
import { BASE_INPUT, inspected, TERMS, TESTING } from '../../../tests/support/intent-kit.ts';
import { PakhusError } from '../../core/pakhus-error.ts';
import type { TakenFile } from './apply-add.ts';
import { type Applied, applyIntents } from './apply-intents.ts';

const NEW = inspected('new', {});
const USUAL = 'pool/main/n/new/new_1.0_amd64.deb';
const APART = `pool/main/n/new/${NEW.sha256.slice(0, 12)}/new_1.0_amd64.deb`;

/** Applies the proposal of one file, then one of nothing. */
async function apply(
  file: Partial<TakenFile>,
  { swept = [], more = [] }: { readonly swept?: readonly string[]; readonly more?: readonly object[] } = {},
): Promise<Applied> {
  const add = { type: 'add', to: TESTING, inbox: `${NEW.sha256} 10 0-new.deb` };
  const intent = { who: 'ci', author: '', message: '', proposer: undefined };
  return applyIntents({
    ...BASE_INPUT,
    terms: TERMS,
    swept: new Set(swept),
    intents: [
      { ...intent, id: '1', ref: '1', actions: [add, ...more] },
      { ...intent, id: '2', ref: '2', actions: [] },
    ],
    files: {
      inspect: async () => NEW,
      copy: async (_record, [path = '']) => path,
      take: async () => ({
        inspected: NEW,
        findPath: async ([path = '']) => path,
        place: async () => {},
        ...file,
      }),
    },
  });
}

describe('a proposed file', () => {
  test('is placed where the format says, once nothing else is wrong', async () => {
    const placed: string[] = [];
    const place = async (path: string): Promise<void> => void placed.push(path);
    const { added, settled } = await apply({ place });
    expect(placed).toEqual([USUAL]);
    expect(added).toMatchObject([{ name: 'new', path: USUAL }]);
    expect(settled).toEqual([{ ref: '1' }, { ref: '2' }]);
  });

  test('is placed nowhere when something else is wrong', async () => {
    const placed: string[] = [];
    const place = async (path: string): Promise<void> => void placed.push(path);
    const gone = {
      type: 'promote',
      from: TESTING,
      to: TESTING,
      package: { ...NEW.meta, name: 'gone' },
      sha256: '',
    };
    const { settled, changes } = await apply({ place }, { more: [gone] });
    expect(placed).toEqual([]);
    expect(settled).toMatchObject([{ ref: '1', rejected: expect.any(String) }, { ref: '2' }]);
    expect(changes.edits()).toEqual([]);
  });

  test('that no client could use is refused, whatever its proposer made of it', async () => {
    const lints = [{ code: 'x', message: 'clients cannot read it', cure: 'repack', blocks: true } as const];
    const { settled, changes } = await apply({ inspected: { ...NEW, meta: { ...NEW.meta, lints } } });
    expect(settled).toMatchObject([
      { ref: '1', rejected: expect.stringContaining('clients cannot read it') },
      { ref: '2' },
    ]);
    expect(changes.edits()).toEqual([]);
  });

  test.each([USUAL, APART])('waits while %s is being deleted', async (path) => {
    const { settled, changes } = await apply({}, { swept: [path] });
    expect(settled).toEqual([{ ref: '2' }]);
    expect(changes.edits()).toEqual([]);
  });

  test('waits when somebody puts other bytes there at this moment', async () => {
    const place = async (): Promise<never> => {
      throw new PakhusError('STORE_CONFLICT', 'there is such an object already');
    };
    const { settled, added, changes } = await apply({ place });
    expect(settled).toEqual([{ ref: '2' }]);
    expect(added).toEqual([]);
    expect(changes.edits()).toEqual([]);
  });

  test('that cannot be placed for no fault of its own ends the commit', async () => {
    const place = async (): Promise<never> => {
      throw new PakhusError('STORE_FULL', 'no space left');
    };
    await expect(apply({ place })).rejects.toMatchObject({ code: 'STORE_FULL' });
  });
});

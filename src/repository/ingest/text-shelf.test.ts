import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createTextShelf, packLot } from './text-shelf.ts';

const lots = fc.array(fc.array(fc.string({ unit: 'grapheme', maxLength: 40 }), { maxLength: 5 }), {
  maxLength: 30,
});

test('property: every text comes back, in whatever order they are read', () => {
  fc.assert(
    fc.property(lots, fc.infiniteStream(fc.nat()), (all, draw) => {
      const shelf = createTextShelf<{ readonly lot: number }>();
      const shelved = all.map((texts, lot) => shelf.put(packLot({ lot }, texts)));
      const places = all.flatMap((texts, lot) => texts.map((text, index) => ({ text, lot, index })));
      const keys = new Map(places.map((place) => [place, draw.next().value]));
      for (const place of places.toSorted((a, b) => (keys.get(a) ?? 0) - (keys.get(b) ?? 0))) {
        expect(shelved[place.lot]?.text(place.index)).toBe(place.text);
        expect(shelved[place.lot]?.label()).toEqual({ lot: place.lot });
      }
    }),
  );
});

test('texts of control files take a fraction of their size', () => {
  const text =
    'Package: hello\nVersion: 1.0\nDepends: libc6 (>= 2.36), libexample1\nDescription: says hello\n';
  const texts = Array.from({ length: 128 }, (_, index) => `${text} number ${index}\n`);
  const { bytes } = packLot([], texts).texts;
  expect(bytes.length * 4).toBeLessThan(texts.join('').length);
});

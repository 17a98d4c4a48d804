import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { findField, parseStanza, parseStanzas } from './deb822.ts';

const options = { name: 'x/control' };

describe('a stanza', () => {
  test('keeps order, spelling, unknown fields and every byte of the lines', () => {
    const text =
      'version: 3.0-1 \nX-Note:\tkept \nDEPENDS: a,\n  b,\n\tc\nDescription:  two blanks\n .\n  x: y\n';
    const stanza = parseStanza(text, options);
    expect(stanza.map((field) => field.name)).toEqual(['version', 'X-Note', 'DEPENDS', 'Description']);
    expect(stanza.map((field) => field.line)).toEqual([1, 2, 3, 6]);
    expect(`${stanza.map((field) => field.raw).join('\n')}\n`).toBe(text);
    expect(findField(stanza, 'depends')?.value).toBe('a,\n  b,\n\tc');
    expect(findField(stanza, 'description')?.value).toBe('two blanks\n .\n  x: y');
    expect(findField(stanza, 'x-note')?.value).toBe('kept');
    expect(findField(stanza, 'missing')).toBeUndefined();
  });

  test.each([
    ['CR LF becomes LF', 'A: 1\r\nB: 2\r\n b\r\n\r\n', ['A: 1', 'B: 2\n b']],
    ['empty lines around it', '\n\nA: 1\n\n\n', ['A: 1']],
    ['no final newline', 'A: 1\n b', ['A: 1\n b']],
    ['an empty value', 'A:\nB:  \n', ['A:', 'B:  ']],
    ['a value that begins in the next line', 'A:\n 1\n', ['A:\n 1']],
    ['blanks before the colon', 'A : 1\n', ['A : 1']],
    ['a colon in the value', 'A: b:c\n', ['A: b:c']],
  ])('%s', (_title, text, raws) => {
    expect(parseStanza(text, options).map((field) => field.raw)).toEqual(raws);
  });

  test('finds the name of a field that has blanks before its colon', () => {
    expect(parseStanza('Filename\t : x\n', options)[0]).toMatchObject({ name: 'Filename', value: 'x' });
  });
});

describe('is refused with the line number', () => {
  test.each([
    ['nothing at all', '', 'line 1: there is no field'],
    ['only empty lines', '\n\n', 'line 3: there is no field'],
    ['a second stanza', 'A: 1\n\n\nB: 2\n', 'line 4: a second stanza begins'],
    ['NUL', 'A: 1\nB: a\0b\n', 'line 2: control character U+0000'],
    ['^Z', 'A: a\x1aB: b\n', 'line 1: control character U+001A'],
    ['a vertical tab', 'A: a\n\vB: b\n', 'line 2: control character U+000B'],
    ['CR inside a line', 'A: 1\nB: a\rC: b\n', 'line 2: a carriage return inside a line'],
    ['CR at the end of the text', 'A: 1\r', 'line 1: a carriage return inside a line'],
    ['CR before CR LF', 'A: 1\r\r\n', 'line 1: a carriage return inside a line'],
    ['the same field twice', 'A: 1\nB: 2\n b\na: 3\n', 'line 4: field a again, first in line 1'],
    ['no colon', 'A: 1\nfoo bar\n', 'line 2: no colon after the field name: "foo bar"'],
    ['no colon at the end', 'A: 1\nB', 'line 2: no colon after the field name: "B"'],
    ['an empty name', ': 1\n', 'line 1: not a field name: ""'],
    ['a name with a blank', 'A b: 1\n', 'line 1: not a field name: "A b"'],
    ['a name with an umlaut', 'Ä: 1\n', 'line 1: not a field name: "Ä"'],
    ['a byte order mark', '\ufeffA: 1\n', 'line 1: not a field name'],
    ['a comment', '#A: 1\n', 'line 1: not a field name: "#A"'],
    ['a name with a hyphen first', '-A: 1\n', 'line 1: not a field name: "-A"'],
    ['a continuation before any field', ' A: 1\n', 'line 1: a line begins with a blank, expected a field'],
    ['a continuation after an empty line', 'A: 1\n\n b\n', 'line 3: a second stanza begins'],
    ['a line of blanks inside a field', 'A: 1\n \t\n b\n', 'line 2: a blank line inside A'],
    ['a line of blanks at the end', 'A: 1\n b\n \n', 'line 3: a blank line inside A'],
  ])('%s', (_title, text, message) => {
    expect(() => parseStanza(text, options)).toThrow(`x/control: ${message}`);
  });

  test('with the code that the caller wants', () => {
    const parse = () => parseStanza('', { name: 'x', code: 'CONFIG_INVALID' });
    expect(parse).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID', details: { name: 'x', line: 1 } }),
    );
  });
});

describe('many stanzas', () => {
  test('come one after the other, and an error ends them', () => {
    const stanzas = parseStanzas('\nA: 1\n\n\r\nA: 2\r\nB: 3\n\nbroken\n', options);
    expect(stanzas.next().value).toMatchObject([{ name: 'A', value: '1' }]);
    expect(stanzas.next().value).toMatchObject([{ value: '2' }, { name: 'B', line: 6 }]);
    expect(() => stanzas.next()).toThrow('line 8: no colon');
  });

  test('of no text are none', () => {
    expect([...parseStanzas('\n\n', options)]).toEqual([]);
  });

  test('give back what was put together', () => {
    const name = fc.stringMatching(/^[A-Za-z][A-Za-z0-9-]{0,8}$/);
    const line = fc.stringMatching(/^[!-~äß€][ !-~äß€]{0,20}$/);
    const field = fc.record({ name, first: line, rest: fc.array(line, { maxLength: 3 }) });
    const stanza = fc.uniqueArray(field, {
      selector: (it) => it.name.toLowerCase(),
      minLength: 1,
      maxLength: 6,
    });
    fc.assert(
      fc.property(fc.array(stanza, { maxLength: 5 }), fc.constantFrom('\n', '\r\n'), (stanzas, eol) => {
        const raws = stanzas.map((fields) =>
          fields.map((it) => [`${it.name}: ${it.first}`, ...it.rest.map((more) => ` ${more}`)].join('\n')),
        );
        const text = raws
          .map((fields) => `${fields.join('\n')}\n\n`)
          .join('')
          .replaceAll('\n', eol);
        const parsed = [...parseStanzas(text, options)];
        expect(parsed.map((fields) => fields.map((it) => it.raw))).toEqual(raws);
      }),
    );
  });
});

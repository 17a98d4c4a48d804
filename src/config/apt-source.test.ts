import { expect, test } from 'vitest';
import { findAptSourceProblem, parseAptSource } from './apt-source.ts';

test('a line says where, what, and who signs', () => {
  expect(
    parseAptSource(
      'deb [ arch=amd64,arm64 signed-by=/k.gpg check-valid-until=no by-hash=no ] https://u.example/apt/ bookworm main non-free',
    ),
  ).toEqual({
    url: 'https://u.example/apt',
    suite: 'bookworm',
    components: ['main', 'non-free'],
    architectures: ['amd64', 'arm64'],
    signedBy: ['/k.gpg'],
    trusted: false,
    checkValidUntil: false,
    byHash: false,
  });
  expect(parseAptSource('deb [trusted=yes] file:///srv/apt bookworm/updates main')).toMatchObject({
    ...{ url: 'file:///srv/apt', suite: 'bookworm/updates', trusted: true },
    ...{ architectures: [], checkValidUntil: true, byHash: true },
  });
});

test.each([
  ['deb-src https://u.example x main', 'is no line such as'],
  ['deb https://u.example', 'is no line such as'],
  ['deb [trusted=yes] ftp://u.example x main', 'has a URL that must be'],
  ['deb [trusted=yes] https://ann:secret@u.example x main', 'has a URL that holds a secret'],
  ['deb [trusted=yes] https://u.example ./', 'is a flat repository'],
  ['deb [trusted=yes] https://u.example x', 'names no component'],
  ['deb [trusted=yes] https://u.example ../x main', "has the suite '../x'"],
  ['deb [trusted=yes] https://u.example x ../main', "has the component '../main'"],
  ['deb [trusted=yes arch=AMD] https://u.example x main', "has the architecture 'AMD'"],
  ['deb [trusted=yes pdiffs=no] https://u.example x main', "has the option 'pdiffs=no'"],
  ['deb [signed-by=0123ABCD] https://u.example x main', 'has a fingerprint in signed-by'],
  ['deb https://u.example x main', 'does not say who signs'],
  ['deb [trusted=no] https://u.example x main', 'does not say who signs'],
])('%s is refused', (line, problem) => {
  expect(findAptSourceProblem(line)).toContain(problem);
});

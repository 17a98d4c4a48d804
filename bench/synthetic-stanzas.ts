import type { ControlStanza } from './control-stanza.ts';
import type { Random } from './random.ts';

const WORDS =
  'audio backup cache data engine filter graph http index json kernel layer media network object parser query render stream tool unit video web xml yaml zone'.split(
    ' ',
  );
const SECTIONS = ['admin', 'devel', 'libs', 'net', 'python', 'text', 'utils', 'web'];

/** The stanza number `serial`: the fields, their lengths and the repetition of those in a distribution. */
export function syntheticStanza(serial: number, random: Random): ControlStanza {
  const pick = (from: readonly string[]): string => from[random.below(from.length)] ?? '';
  const words = (count: number): string => Array.from({ length: count }, () => pick(WORDS)).join(' ');
  const name = `${pick(WORDS)}-${pick(WORDS)}-${serial}`;
  const version = `${random.below(9)}.${random.below(30)}.${random.below(99)}-${1 + random.below(6)}`;
  const architecture = random.below(3) === 0 ? 'all' : 'amd64';
  const depends = Array.from(
    { length: 1 + random.below(9) },
    () => `lib${pick(WORDS)}${random.below(9)} (>= ${random.below(9)}.${random.below(40)})`,
  );
  const control = [
    `Package: ${name}`,
    `Source: ${pick(WORDS)}-${pick(WORDS)}`,
    `Version: ${version}`,
    `Architecture: ${architecture}`,
    `Maintainer: ${pick(WORDS)} maintainers <team+${pick(WORDS)}@packages.example.org>`,
    `Installed-Size: ${10 + random.below(20_000)}`,
    `Depends: ${['libc6 (>= 2.36)', ...depends].join(', ')}`,
    `Recommends: ${pick(WORDS)}-${pick(WORDS)}, ${pick(WORDS)}-doc`,
    `Homepage: https://${pick(WORDS)}.example.org/${name}`,
    `Section: ${pick(SECTIONS)}`,
    'Priority: optional',
    `Tag: role::${pick(WORDS)}, interface::${pick(WORDS)}, works-with::${pick(WORDS)}`,
    `Description: ${words(6)}`,
    ` ${words(12)}`,
    ` ${words(8)}`,
  ];
  return { name, version, architecture, control: control.join('\n') };
}

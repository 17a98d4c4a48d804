/** What apt installs and what it does not: asked of the real ones by an end-to-end test, and of the gate by its own. */

/** `names` can be installed, `not` cannot, on an empty amd64 machine that knows these packages and no others. */
export interface InstallFact {
  readonly title: string;
  /** Each as {@link readSpec} takes it. `%` begins each name, for a prefix. */
  readonly packages: readonly string[];
  readonly can?: readonly string[];
  readonly cannot?: readonly string[];
}

/** A package in a line: `%app 1.0 all; Depends: %lib (>= 2); Provides: %x`. The architecture may be left out: amd64. */
export interface Spec {
  readonly name: string;
  readonly version: string;
  readonly architecture: string;
  /** Fields of control, without those above. */
  readonly fields: Readonly<Record<string, string>>;
}

export function readSpec(line: string, prefix = ''): Spec {
  const [head = '', ...fields] = line.replaceAll('%', prefix).split('; ');
  const [name = '', version = '1', architecture = 'amd64'] = head.split(' ');
  const entries = fields.map((field) => field.split(/: (.*)/s).slice(0, 2));
  return { name, version, architecture, fields: Object.fromEntries(entries) };
}

const APP = ['%app'];

export const INSTALL_FACTS: readonly InstallFact[] = [
  {
    title: 'only the newest version of a name is looked at',
    packages: ['%app 1; Depends: %lib (= 1)', '%other 1; Depends: %lib (<< 2)', '%lib 1', '%lib 2'],
    can: ['%lib'],
    cannot: ['%app', '%other'],
  },
  {
    title: 'no older version of the package itself is taken',
    packages: ['%app 2; Depends: %none', '%app 1'],
    cannot: APP,
  },
  {
    title: 'an alternative that only an older version meets is passed over',
    packages: ['%app 1; Depends: %lib (= 1) | %b', '%lib 1', '%lib 2', '%b 1'],
    can: APP,
  },
  {
    title: 'of equal versions the first one in the index counts',
    packages: ['%first 1.0', '%first 1.0-0; Depends: %none', '%second 1.0; Depends: %none', '%second 1.0-0'],
    can: ['%first'],
    cannot: ['%second'],
  },
  {
    title: 'packages for all stand beside those of the machine, and the newest of both counts',
    packages: [
      '%app 1 all; Depends: %lib (= 2)',
      '%app2 1; Depends: %lib (= 1)',
      '%lib 1',
      '%lib 2 all',
      '%same 1 all; Depends: %none',
      '%same 1',
    ],
    can: APP,
    cannot: ['%app2', '%same'],
  },
  {
    title: 'what is provided meets a need',
    packages: ['%app 1; Depends: %virt', '%imp 1; Provides: %virt'],
    can: ['%app', '%imp'],
  },
  {
    title: 'what is provided without a version meets no need for one',
    packages: ['%app 1; Depends: %virt (>= 1)', '%imp 1; Provides: %virt'],
    cannot: APP,
  },
  {
    title: 'what is provided with a version meets a need that it fits',
    packages: [
      '%app 1; Depends: %virt (>= 1)',
      '%high 1; Depends: %virt (>= 3)',
      '%both 1; Depends: %virt (= 2), %virt (= 1)',
      '%imp 1; Provides: %virt (= 1), %virt (= 2)',
    ],
    can: ['%app', '%both'],
    cannot: ['%high'],
  },
  {
    title: 'what is provided with another operator is passed over',
    packages: ['%app 1; Depends: %virt', '%imp 1; Provides: %virt (>= 1)'],
    cannot: APP,
  },
  {
    title: 'what an older version provided counts no more',
    packages: ['%app 1; Depends: %virt', '%imp 1; Provides: %virt', '%imp 2'],
    cannot: APP,
  },
  {
    title: 'a package of the name and what provides it stand side by side',
    packages: [
      '%app 1; Depends: %virt (>= 2)',
      '%virt 1',
      '%imp 1; Provides: %virt (= 2)',
      '%own 1; Depends: %lib (>= 5)',
      '%lib 1; Provides: %lib (= 5)',
    ],
    can: ['%app', '%own'],
  },
  {
    title: 'any alternative and any provider will do',
    packages: [
      '%app 1; Depends: %none | %b',
      '%deep 1; Depends: %bad | %b',
      '%bad 1; Depends: %worse',
      '%worse 1; Depends: %none',
      '%b 1',
      '%virtual 1; Depends: %virt',
      '%imp 1; Provides: %virt; Depends: %none',
      '%imp2 1; Provides: %virt',
    ],
    can: ['%app', '%deep', '%virtual'],
    cannot: ['%bad', '%worse', '%imp'],
  },
  {
    title: 'what depends on itself, or in a circle, is fine',
    packages: [
      '%app 1; Depends: %app',
      '%circle 1; Depends: %back',
      '%back 1; Depends: %circle',
      '%own 1; Depends: %virt; Provides: %virt',
      '%high 1; Depends: %high (>= 2)',
    ],
    can: ['%app', '%circle', '%own'],
    cannot: ['%high'],
  },
  {
    title: 'Pre-Depends count, Recommends, Suggests, Enhances and Replaces do not',
    packages: [
      '%app 1; Pre-Depends: %x | %b; Recommends: %none; Suggests: %none; Enhances: %none; Replaces: %none',
      '%bad 1; Pre-Depends: %none',
      '%b 1',
    ],
    can: APP,
    cannot: ['%bad'],
  },
  {
    title: 'the names of fields are the same in any case, those of packages are not',
    packages: ['%app 1; DEPENDS: %none', '%case 1; Depends: %LIB', '%lib 1'],
    cannot: ['%app', '%case'],
  },
  {
    title: 'Conflicts and Breaks keep two packages apart, whoever of the two has them',
    packages: [
      '%app 1; Depends: %a',
      '%a 1; Conflicts: %app',
      '%two 1; Depends: %b, %c',
      '%b 1; Breaks: %c (<< 2)',
      '%c 1',
      '%fine 1; Depends: %d, %c',
      '%d 1; Breaks: %c (<< 1)',
    ],
    can: ['%a', '%b', '%c', '%fine'],
    cannot: ['%app', '%two'],
  },
  {
    title: 'there is no way round a conflict through an older version',
    packages: ['%app 1; Depends: %a, %b', '%a 1; Breaks: %b (>> 1)', '%b 1', '%b 2'],
    cannot: APP,
  },
  {
    title: 'nothing conflicts with itself',
    packages: [
      '%app 1; Conflicts: %app, %mta; Provides: %mta',
      '%low 1; Conflicts: %low (<< 2)',
      '%broken 1; Breaks: %v (<< 2); Provides: %v (= 1)',
    ],
    can: ['%app', '%low', '%broken'],
  },
  {
    title: 'a conflict with a name is one with what provides it',
    packages: [
      '%app 1; Depends: %m1, %m2',
      '%m1 1; Conflicts: %mta; Provides: %mta',
      '%m2 1; Provides: %mta',
      '%loose 1; Depends: %v1, %m2',
      '%v1 1; Conflicts: %mta (>= 1)',
      '%strict 1; Depends: %v1, %m3',
      '%m3 1; Provides: %mta (= 2)',
    ],
    can: ['%loose'],
    cannot: ['%app', '%strict'],
  },
  {
    title: 'alternatives lead round a conflict',
    packages: [
      '%app 1; Depends: %a | %b',
      '%a 1; Conflicts: %app, %b',
      '%b 1',
      '%own 1; Depends: %a | %b; Conflicts: %a',
      '%two 1; Depends: %a, %b | %c',
      '%c 1',
    ],
    can: ['%app', '%own', '%two'],
  },
  {
    title: ':any is met by Multi-Arch: allowed, and by whoever provides it in so many words',
    packages: [
      '%app 1; Depends: %py:any (>= 1), %virt:any',
      '%py 1; Multi-Arch: allowed; Provides: %virt',
      '%high 1; Depends: %py:any (>= 2)',
      '%foreign 1; Depends: %foreign-py:any',
      '%foreign-py 1; Multi-Arch: foreign',
      '%none 1; Depends: %no-py:any',
      '%no-py 1',
      '%words 1; Depends: %w:any',
      '%plain 1; Depends: %w',
      '%w-py 1; Provides: %w:any',
      '%all 1; Depends: %all-py:any',
      '%all-py 1 all; Multi-Arch: allowed',
    ],
    can: ['%app', '%words', '%all'],
    cannot: ['%high', '%foreign', '%none', '%plain'],
  },
  {
    title: ':native and the architecture of the machine say nothing more',
    packages: [
      '%app 1; Depends: %py:native, %py:amd64, %virt:amd64, %doc:amd64',
      '%py 1; Provides: %virt',
      '%doc 1 all',
      '%provided 1; Depends: %p, %p:amd64',
      '%p-py 1; Provides: %p:amd64',
      '%other 1; Depends: %q',
      '%q-py 1; Provides: %q:arm64',
    ],
    can: ['%app', '%provided'],
    cannot: ['%other'],
  },
  {
    title: 'a conflict with :any means Multi-Arch: allowed, one with another architecture means nothing',
    packages: [
      '%app 1; Depends: %a, %b',
      '%a 1; Conflicts: %b:any, %b:arm64, %c:any',
      '%b 1',
      '%allowed 1; Depends: %a, %c',
      '%c 1; Multi-Arch: allowed',
      '%native 1; Depends: %d, %b',
      '%d 1; Conflicts: %b:amd64',
    ],
    can: APP,
    cannot: ['%allowed', '%native'],
  },
];

/**
 * What a package is made for: `<system>-<processor>`, `<system>-<vendor>-<processor>`, or one of the short forms, such as `win32`.
 * wpkg takes all spellings of one for the same, so a package is in the slot of its full form.
 */

/** Packages that fit every machine. */
export const INDEPENDENT = 'all';

const UNKNOWN_VENDOR = 'unknown';

/** Short forms, as wpkg has them. */
const SHORT: Readonly<Record<string, string>> = {
  i386: 'linux-i386',
  amd64: 'linux-amd64',
  win32: 'mswindows-i386',
  win64: 'mswindows-amd64',
  darwin: 'darwin-i386',
  darwin64: 'darwin-amd64',
  darwinppc: 'darwin-powerpc',
  sunos: 'solaris-i386',
  solaris: 'solaris-i386',
  sunos64: 'solaris-amd64',
  solaris64: 'solaris-amd64',
  sparc: 'solaris-sparc',
  sparc64: 'solaris-sparc64',
  freebsd: 'freebsd-i386',
  freebsd64: 'freebsd-amd64',
};

const SYSTEMS =
  /^(?:linux|kfreebsd|knetbsd|kopensolaris|hurd|darwin|freebsd|mswindows|netbsd|openbsd|solaris|uclinux)$/;

/** Processors and their other names; the first that fits counts. */
const PROCESSORS: readonly (readonly [RegExp, string])[] = [
  [/^(alpha|amd64|arm64|armeb|arm|avr32|i386|ia64|hppa|m32r|m68k|mips|mipsel|powerpc)$/, '$1'],
  [/^(ppc64|s390|s390x|sh3|sh3eb|sh4|sh4eb|sparc|sparc64)$/, '$1'],
  [/^alpha.*$/, 'alpha'],
  [/^aarch64$/, 'arm64'],
  [/^arm.*b$/, 'armeb'],
  [/^arm.*$/, 'arm'],
  [/^(?:i[4-6]86|pentium)$/, 'i386'],
  [/^hppa.*$/, 'hppa'],
  [/^mipseb$/, 'mips'],
  [/^ppc$/, 'powerpc'],
];

/** The one form of all spellings; undefined: wpkg takes none of that name in a package. */
export function fullArchitecture(name: string): string | undefined {
  if (name === INDEPENDENT) return name;
  if (!/^[a-z0-9][a-z0-9.+-]{0,63}$/.test(name)) return undefined;
  const [system = '', ...rest] = (SHORT[name] ?? name).split('-');
  const known = system === 'win32' || system === 'win64' ? 'mswindows' : system;
  const [vendor, word] = rest.length === 1 ? [UNKNOWN_VENDOR, rest[0]] : rest;
  if (!SYSTEMS.test(known) || rest.length > 2 || !vendor || !word || vendor === 'any') return undefined;
  const [pattern, processor] = PROCESSORS.find(([one]) => one.test(word)) ?? [];
  if (pattern === undefined || processor === undefined) return undefined;
  const parts = [known, ...(vendor === UNKNOWN_VENDOR ? [] : [vendor]), word.replace(pattern, processor)];
  return parts.join('-');
}

/** Why a package cannot be of this architecture; undefined when it can. */
export function architectureProblem(name: string): string | undefined {
  if (fullArchitecture(name) !== undefined) return undefined;
  if (name === 'source' || name === 'src') return 'packages of sources are not for repositories of packages';
  return 'wpkg knows none of that name: expected all, or system-processor such as linux-amd64 or mswindows-i386';
}

/** Whether only wpkg spells an architecture so, and dpkg has another word for it or none. */
export function isOnlyOfWpkg(name: string): boolean {
  return /^(?:mswindows|linux|win32|win64)(?:-|$)|^(?:darwin|sunos|solaris|freebsd)(?:64|ppc)?$/.test(name);
}

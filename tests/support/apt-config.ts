import type { AptRootOptions } from './apt.ts';

/** An apt.conf(5) that keeps apt and dpkg below `inside`, as the client sees that folder. */
export function renderAptConfig(inside: string, options: AptRootOptions): string {
  const architecture = options.architecture ?? 'amd64';
  const dpkgOptions = [
    `--root=${inside}`,
    `--log=${inside}/var/log/dpkg.log`,
    '--force-not-root',
    '--force-bad-path',
    '--force-architecture',
    '--force-unsafe-io',
  ];
  return [
    `Dir "${inside}/";`,
    `Dir::State::status "${inside}/var/lib/dpkg/status";`,
    'Dir::Etc::parts "/dev/null";',
    'Dir::Etc::main "/dev/null";',
    `APT::Architecture "${architecture}";`,
    ...[architecture, ...(options.foreignArchitectures ?? [])].map(
      (name) => `APT::Architectures:: "${name}";`,
    ),
    'APT::Install-Recommends "false";',
    'APT::Sandbox::User "root";',
    'APT::Update::Error-Mode "any";',
    'Acquire::Check-Date "true";',
    'Acquire::Check-Valid-Until "true";',
    'Acquire::Retries "0";',
    'Dpkg::Use-Pty "false";',
    ...dpkgOptions.map((option) => `Dpkg::Options:: "${option}";`),
    options.config ?? '',
    '',
  ].join('\n');
}

/** A dpkg status file in which the assumed packages are installed. `allowed` lets them meet `name:any` as well. */
export function renderAssumedStatus(options: AptRootOptions): string {
  return Object.entries(options.assumeInstalled ?? {})
    .map(([name, version]) =>
      [
        `Package: ${name}`,
        'Status: install ok installed',
        'Maintainer: Tests <tests@example.org>',
        `Architecture: ${options.architecture ?? 'amd64'}`,
        'Multi-Arch: allowed',
        `Version: ${version}`,
        'Description: assumed to be installed',
        '\n',
      ].join('\n'),
    )
    .join('');
}

/** What is wrong with packages only together. */
import type { Lint, PackageMeta } from '../format.ts';

/** A kernel module asks for the one kernel that it was built for. */
const KERNEL = /^Depends:.*\bkernel \(= ?([^)\n]{1,200})\)/m;

/** Modules for several kernels in one feed: a device can install those of its own only, and opkg picks by version alone. */
export function lintTogether(packages: readonly Pick<PackageMeta, 'name' | 'metadata'>[]): readonly Lint[] {
  const modules = new Map<string, string>();
  for (const { name, metadata } of packages) {
    const kernel = KERNEL.exec(metadata)?.[1];
    if (kernel !== undefined && !modules.has(kernel)) modules.set(kernel, name);
  }
  if (modules.size < 2) return [];
  const shown = [...modules].slice(0, 3).map(([kernel, name]) => `${name} for ${kernel}`);
  return [
    {
      code: 'opkg-mixed-kernels',
      message: `modules for ${modules.size} kernels come together (${shown.join(', ')}): devices take the newest, whatever their kernel; give each kernel a feed of its own`,
    },
  ];
}

/** Modules for several kernels in one feed: a device can install those of its own only, and opkg picks by version alone. */
import type { Together } from '../format.ts';

/** A kernel module asks for the one kernel that it was built for. */
const KERNEL = /^Depends:.*\bkernel \(= ?([^)\n]{1,200})\)/m;
/** Kernels that a message names. */
const SHOWN = 3;

export const kernels: Together = {
  traitOf: ({ metadata }) => KERNEL.exec(metadata)?.[1],
  lint: (found) => {
    const shown = [...found].slice(0, SHOWN).map(([kernel, name]) => `${name} for ${kernel}`);
    return {
      code: 'opkg-mixed-kernels',
      message: `the feed has modules for several kernels (${shown.join(', ')}): devices take the newest, whatever their kernel; give each kernel a feed of its own`,
    };
  },
};

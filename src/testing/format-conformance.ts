/** What every format promises, as cases that need no test runner. */
import type { FormatCase } from './format-case.ts';
import { channelCases } from './format-channel-cases.ts';
import { packageCases } from './format-package-cases.ts';

/** The suite. */
export const formatCases: readonly FormatCase[] = [...packageCases, ...channelCases];

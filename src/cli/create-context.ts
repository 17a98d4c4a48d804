/** Makes the context of one command. */
import type { ResolvedConfig } from '../config/resolved-config.ts';
import type { Clock } from '../core/clock.ts';
import { createAsk, type InputStream } from './ask.ts';
import type { CliContext, GlobalFlags } from './context.ts';
import type { Output } from './output.ts';
import type { Palette } from './palette.ts';
import { type Reporter, systemReporterTime } from './reporter.ts';
import { createJsonReporter } from './reporter-json.ts';
import { createPlainReporter } from './reporter-plain.ts';
import { createTerminalReporter } from './reporter-terminal.ts';

/** What a context is made of. */
export interface ContextOptions {
  readonly flags: GlobalFlags;
  /** The command's name: shown until it says what it does. */
  readonly command: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly home: string;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  stdin(): InputStream;
  /** stderr. */
  readonly output: Output;
  readonly palette: Palette;
}

/** Picks the reporter, and reads the configuration once, when it is asked for. */
export function createContext(options: ContextOptions): CliContext {
  const { flags, env, cwd, home, clock, signal, stdin, output } = options;
  const reporter = createReporter(options);
  let config: Promise<ResolvedConfig> | undefined;
  const canAsk = !flags.json && output.isTerminal && stdin().isTTY === true;
  return {
    flags,
    env,
    cwd,
    clock,
    signal,
    reporter,
    get stdin() {
      return stdin();
    },
    ask: canAsk ? createAsk({ stdin: stdin(), output, signal, reporter }) : undefined,
    config: () => {
      config ??= readConfig({ cwd, env, home, flags, signal });
      return config;
    },
  };
}

async function readConfig(
  sources: Pick<ContextOptions, 'cwd' | 'env' | 'home' | 'flags' | 'signal'>,
): Promise<ResolvedConfig> {
  const { loadConfig } = await import('../config/load-config.ts');
  return await loadConfig(sources);
}

function createReporter({ flags, command, env, output, palette }: ContextOptions): Reporter {
  const time = systemReporterTime();
  if (flags.json) return createJsonReporter({ output, time });
  const isCi = Boolean(env['CI']) && env['CI'] !== 'false';
  if (!output.isTerminal || env['TERM'] === 'dumb' || isCi)
    return createPlainReporter({ output, palette, time });
  const locale = env['LC_ALL'] || env['LC_CTYPE'] || env['LANG'] || '';
  return createTerminalReporter({
    output,
    palette,
    time,
    idle: `pakhus ${command}`,
    unicode: /utf-?8/i.test(locale),
  });
}

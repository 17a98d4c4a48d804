/**
 * The shape of a command: what it takes, what it does, and how its result looks. What it finds is data; the human form is made
 * from that data alone, so `--json` is the same for every command and never says less.
 */
import type { CliContext } from './context.ts';
import type { Inputs, InputValues } from './inputs.ts';
import type { Palette } from './palette.ts';

/** A command as one writes it, in `commands/<name>.ts`. */
export interface CommandSpec<I extends Inputs, R extends object> {
  readonly inputs: I;
  /** For `--help`, under the summary: what one has to know. */
  readonly description?: string;
  /** For `--help`: command lines that work, with what they do. */
  readonly examples?: readonly (readonly [line: string, about: string])[];
  /** It changes something: adds `--dry-run`, which is `context.flags.dryRun`. */
  readonly changes?: boolean;
  /** Does the work. Talks through `context.reporter`; prints nothing. */
  run(context: CliContext, inputs: InputValues<I>): Promise<R>;
  /** The result in lines for stdout. Pure. */
  render(result: R, view: View): readonly string[];
  /** For results that are no success though nothing was thrown (partly done, checks that failed). Default 0. */
  exitCode?(result: R): number;
}

/** How the human form is seen. */
export interface View {
  readonly palette: Palette;
  /** Cells in a line. */
  readonly columns: number;
  /** For ages: milliseconds since 1970. */
  readonly nowMs: number;
}

/** What a command gave. */
interface Outcome {
  /** One JSON object. */
  readonly data: object;
  render(view: View): readonly string[];
  readonly exitCode: number;
}

/** A command as the program runs it, whatever its types. */
export interface Command {
  readonly inputs: Inputs;
  readonly description: string | undefined;
  readonly examples: readonly (readonly [line: string, about: string])[];
  readonly changes: boolean;
  /** `raw` has a value for each name of `inputs`, as commander parsed it. */
  execute(context: CliContext, raw: ReadonlyMap<string, unknown>): Promise<Outcome>;
}

/** Closes over the types of `spec`. */
export function defineCommand<I extends Inputs, R extends object>(spec: CommandSpec<I, R>): Command {
  return {
    inputs: spec.inputs,
    description: spec.description,
    examples: spec.examples ?? [],
    changes: spec.changes ?? false,
    execute: async (context, raw) => {
      const result = await spec.run(context, readInputs(spec.inputs, raw));
      return {
        data: result,
        render: (view) => spec.render(result, view),
        exitCode: spec.exitCode?.(result) ?? 0,
      };
    },
  };
}

/** `keepGoing` → `keep-going`. */
export function kebabCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

function readInputs<I extends Inputs>(inputs: I, raw: ReadonlyMap<string, unknown>): InputValues<I> {
  const values = Object.entries(inputs).map(([name, input]) => {
    const label = input.kind === 'option' ? `--${kebabCase(name)}` : kebabCase(name).toUpperCase();
    return [name, input.read(raw.get(name), label)] as const;
  });
  // Each value comes from the `read` of the input of its name, which is what the type says; the mapping cannot be written without.
  return Object.fromEntries(values) as InputValues<I>;
}

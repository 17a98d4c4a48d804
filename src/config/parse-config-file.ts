/**
 * Reads the text of a configuration file; says with file, line and column what is wrong with it.
 * Loads yaml and zod, which cost more time than most commands: import it only when there is a file.
 */
import { type Document, LineCounter, parseDocument } from 'yaml';
import { z } from 'zod';
import { PakhusError } from '../core/pakhus-error.ts';
import { isRecord } from '../core/shape.ts';
import type { ConfigFile } from './config-file.ts';
import { createConfigSchema } from './config-schema.ts';
import { describeIssues, type Problem } from './describe-issues.ts';
import { locate } from './locate.ts';

/** Most files have 20 lines; more than this is not a configuration. */
const MAX_BYTES = 1024 * 1024;
const MAX_PROBLEMS = 20;

/** A file that is valid. */
export interface ParsedConfigFile {
  readonly path: string;
  readonly content: ConfigFile;
  /** The line of a key, from 1. */
  lineOf(path: readonly string[]): number;
}

/** @throws CONFIG_INVALID with all problems, a line each: `pakhus.yaml:7:3: …` */
export function parseConfigFile(bytes: Uint8Array, path: string): ParsedConfigFile {
  if (bytes.length > MAX_BYTES) {
    throw new PakhusError('CONFIG_INVALID', `${path}: is larger than ${MAX_BYTES} bytes`);
  }
  const lines = new LineCounter();
  const document = parseDocument(decode(bytes, path), {
    lineCounter: lines,
    prettyErrors: false,
    // `24.10` is a channel, not a number.
    stringKeys: true,
  });
  const syntax = [...document.errors, ...document.warnings].map(({ pos, message }) => ({
    position: lines.linePos(pos[0]),
    message: message.split('\n')[0] ?? message,
  }));
  if (syntax.length > 0) throw invalid(path, syntax);

  const schema = createConfigSchema();
  const value = toPlain(document, path) ?? {};
  if (!isRecord(value)) {
    throw invalid(path, [
      { position: { line: 1, col: 1 }, message: 'expected keys and values, such as store: ./public' },
    ]);
  }
  const parsed = schema.safeParse(value);
  if (!parsed.success) {
    const jsonSchema = z.toJSONSchema(schema, { io: 'input' });
    throw invalid(
      path,
      describeIssues(parsed.error.issues, { where: { document, lines }, data: value, jsonSchema }),
    );
  }
  return { path, content: parsed.data, lineOf: (keys) => locate({ document, lines }, keys, 'key').line };
}

function decode(bytes: Uint8Array, path: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    if (cause instanceof TypeError)
      throw new PakhusError('CONFIG_INVALID', `${path}: is not UTF-8`, { cause });
    throw cause;
  }
}

function toPlain(document: Document, path: string): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch (cause) {
    // An alias of nothing, or more of them than any person writes.
    if (cause instanceof ReferenceError)
      throw new PakhusError('CONFIG_INVALID', `${path}: ${cause.message}`, { cause });
    throw cause;
  }
}

function invalid(path: string, problems: readonly Problem[]): PakhusError {
  const shown = problems
    .slice(0, MAX_PROBLEMS)
    .map(({ position, message }) => `${path}:${position.line}:${position.col}: ${message}`);
  const rest = problems.length - shown.length;
  return new PakhusError(
    'CONFIG_INVALID',
    [...shown, ...(rest > 0 ? [`… and ${rest} more`] : [])].join('\n'),
    {
      hint: 'See pakhus config schema for every key.',
      details: {
        path,
        problems: problems.slice(0, 100).map(({ position, message }) => ({ ...position, message })),
      },
    },
  );
}

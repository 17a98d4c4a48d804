import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { Measurement } from './measure.ts';

/** A program that makes a repository, in one of its settings. It keeps its state in a folder of its own. */
export interface Contestant {
  /** Stable key of its figures: `reprepro-gz`. */
  readonly id: string;
  /** As the table calls it: `reprepro gz`. */
  readonly title: string;
  /** It joins the folded lines of fields in its index. */
  readonly unfolds: boolean;
  /** Throws away what is there and publishes every package of the folder `debs` into nothing. */
  full(debs: string): Promise<Measurement>;
  /** Adds one package file to what `full` made; undefined: it only scans. */
  readonly addOne?: (deb: string) => Promise<Measurement>;
  /** The text of the `Packages` index that lies there now. */
  readPackages(): Promise<string>;
  /** Deletes its state. */
  remove(): Promise<void>;
}

/** Where the shell would find `program`; undefined when it is not installed. */
export function findProgram(program: string): string | undefined {
  const { PATH = '' } = process.env;
  const folders = PATH.split(delimiter);
  return folders.map((folder) => join(folder, program)).find((path) => existsSync(path));
}

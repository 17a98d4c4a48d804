/**
 * The grammar of Depends and its kin, as wpkg has it: names, a version in parentheses (`>=` where no operator is), systems in brackets.
 *
 * ```
 * toecap (>= 2.0), hobnail | lace (1.1) [!mswindows-i386 !mswindows-amd64]
 * ```
 */
import type { Relation } from '../format.ts';
import { packageNameProblem } from './names.ts';
import { versionProblem } from './version.ts';

/** A field taken apart. */
export interface Dependencies {
  /** All of them must be met, each by any of its alternatives. Of a field with a problem: what could be read. */
  readonly groups: readonly (readonly Relation[])[];
  /** Why wpkg refuses the field. */
  readonly problem: string | undefined;
}

const ONE =
  /^[ \t\n]*([^ \t\n|,([]+)[ \t\n]*(?:\(([<>=!]*)[ \t\n]*([^ \t\n)]*)[ \t\n]*\))?[ \t\n]*(?:\[([^\]]*)\])?[ \t\n]*$/;

const OPERATORS: ReadonlyMap<string, NonNullable<Relation['operator']>> = new Map([
  ['', '>='],
  ['<<', '<<'],
  ['<=', '<='],
  ['=', '='],
  ['>=', '>='],
  ['>>', '>>'],
]);

/** Takes a field apart, in time linear in its length; never fails. */
export function parseDependencies(value: string): Dependencies {
  const groups: Relation[][] = [];
  let problem: string | undefined;
  const words = value.split(/([,|])/);
  let isAlternative = false;
  for (let index = 0; index < words.length; index += 2) {
    const word = words[index] ?? '';
    const isLast = index === words.length - 1;
    // wpkg takes a comma at the end.
    if (isLast && word.trim() === '') break;
    const { relation, problem: found } = parseOne(word);
    problem ??= found;
    if (relation !== undefined) {
      if (isAlternative) groups.at(-1)?.push(relation);
      else groups.push([relation]);
    }
    isAlternative = words[index + 1] === '|';
  }
  return { groups, problem };
}

function parseOne(text: string): { readonly relation?: Relation; readonly problem?: string } {
  const shown = JSON.stringify(text.trim().slice(0, 80));
  const [, name, sign, version, systems] = ONE.exec(text) ?? [];
  if (name === undefined) return { problem: `${shown} cannot be read` };
  const nameProblem = packageNameProblem(name);
  if (nameProblem !== undefined) return { problem: `package name ${shown}: ${nameProblem}` };
  if (systems !== undefined && !/^(?:\s*![^\s!]+)+\s*$|^(?:\s*[^\s!]+)+\s*$/.test(systems))
    return { relation: { name }, problem: `${shown} has no list of systems in its brackets` };
  if (sign === undefined || version === undefined) return { relation: { name } };
  const operator = OPERATORS.get(sign);
  const problem = operator === undefined ? `wpkg knows no ${sign}` : versionProblem(version);
  if (operator === undefined || problem !== undefined)
    return { relation: { name }, problem: `${shown}: ${problem}` };
  return { relation: { name, operator, version } };
}

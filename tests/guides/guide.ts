/**
 * A guide of `docs/` as the tests play it. What a fenced block is, its tag says:
 *
 *     ```sh                   commands; the block fails with the first of them that fails
 *     ```console              commands after `$ `, each with what it prints
 *     ```sh client            the same on a client: a machine with apt
 *     ```console client
 *     ```yaml, ```nginx       a file; its first line is a comment that names it: `# pakhus.yaml`
 *     ```text                 only to be read
 *
 * Any other tag is an error, so that no slip of the pen leaves a block unplayed.
 */
export interface Guide {
  readonly sections: readonly Section[];
}

/** What follows a heading of the second level; what comes before the first one has the title of the page. */
export interface Section {
  readonly title: string;
  readonly blocks: readonly Block[];
}

/** A block and the line of its first line of text, from 1. */
export type Block = { readonly line: number; readonly text: string } & (
  | { readonly kind: 'sh' | 'console'; readonly where: 'machine' | 'client' }
  | { readonly kind: 'file'; readonly language: 'yaml' | 'nginx'; readonly path: string }
);

/** A command of a `console` block, and the lines that it is to print. */
export interface Step {
  readonly command: string;
  readonly expected: readonly string[];
}

/** Reads Markdown. Fails on blocks that the tests would not understand. */
export function parseGuide(markdown: string): Guide {
  const sections: { title: string; blocks: Block[] }[] = [{ title: '', blocks: [] }];
  let open: { readonly info: string; readonly line: number; readonly lines: string[] } | undefined;
  for (const [index, line] of markdown.split('\n').entries()) {
    const current = sections.at(-1);
    if (open !== undefined && line === '```') {
      const block = toBlock(open.info, { line: open.line, text: open.lines.join('\n') });
      if (block !== undefined) current?.blocks.push(block);
      open = undefined;
    } else if (open !== undefined) open.lines.push(line);
    else if (line.startsWith('```')) open = { info: line.slice(3).trim(), line: index + 2, lines: [] };
    else if (line.startsWith('# ') && current !== undefined) current.title = line.slice(2);
    else if (line.startsWith('## ')) sections.push({ title: line.slice(3), blocks: [] });
  }
  if (open !== undefined) throw new Error(`line ${open.line - 1}: a block has no end`);
  return { sections: sections.filter(({ blocks }) => blocks.length > 0) };
}

function toBlock(info: string, at: { readonly line: number; readonly text: string }): Block | undefined {
  switch (info) {
    case 'text':
      return undefined;
    case 'sh':
    case 'console':
      return { ...at, kind: info, where: 'machine' };
    case 'sh client':
      return { ...at, kind: 'sh', where: 'client' };
    case 'console client':
      return { ...at, kind: 'console', where: 'client' };
    case 'yaml':
    case 'nginx': {
      const path = /^# (\S+)\n/.exec(at.text)?.[1];
      if (path === undefined) throw new Error(`line ${at.line}: expected a comment that names the file`);
      return { ...at, kind: 'file', language: info, path };
    }
    default:
      throw new Error(`line ${at.line - 1}: no test plays a block of '${info}'`);
  }
}

/** The commands of a `console` block. */
export function stepsOf(text: string): readonly Step[] {
  const steps: { command: string; expected: string[] }[] = [];
  for (const line of text.split('\n')) {
    if (line.startsWith('$ ')) steps.push({ command: line.slice(2), expected: [] });
    else if (steps.length === 0) throw new Error(`a console block begins with '$ ', not with '${line}'`);
    else steps.at(-1)?.expected.push(line);
  }
  return steps;
}

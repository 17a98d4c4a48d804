/** What a revision says of its pages. */
import type { RunKey } from '../../catalog/catalog.ts';
import { arrayOf, field, text } from '../../core/shape.ts';

/** Plain JSON, part of `Content`. Paths are below the repository's folder. */
export interface PagesContent {
  /** Part of the names of pages: see `pages/page-files.ts`. */
  readonly look: string;
  /** Files that all of them use. */
  readonly assets: readonly string[];
  /** Digest of what the front page shows, but for revision and date: while it stays, so does the page. */
  readonly shown: string;
  readonly runs: readonly RunPages[];
}

/** The page that leads to the packages of a run. */
export interface RunPages extends RunKey {
  /** Digest of the run. */
  readonly run: string;
  readonly path: string;
}

/** Paths of its files, but for those of leaves. */
export function pagesOf(pages: PagesContent | null): readonly string[] {
  return pages === null ? [] : [...pages.assets, ...pages.runs.map(({ path }) => path)];
}

/** @throws TypeError */
export function readPagesContent(value: unknown): PagesContent {
  return {
    look: field(value, 'look', text),
    assets: field(value, 'assets', arrayOf(text)),
    shown: field(value, 'shown', text),
    runs: field(value, 'runs', arrayOf(runPages)),
  };
}

function runPages(value: unknown): RunPages {
  return {
    channel: field(value, 'channel', text),
    component: field(value, 'component', text),
    slot: field(value, 'slot', text),
    run: field(value, 'run', text),
    path: field(value, 'path', text),
  };
}

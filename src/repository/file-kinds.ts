/** What immutable files in a repository's folder are, by their names: those of its format, and pages. */
import { formatByName } from '../formats/table.ts';
import { isPagePath, pageContentType } from '../pages/page-files.ts';

/** What a name is the name of; undefined: pakhus gives no such names. @throws SETTINGS_INVALID */
export function fileKinds(format: string): (path: string) => 'package' | 'index' | 'page' | undefined {
  const { kindOf } = formatByName(format);
  return (path) => (isPagePath(path) ? 'page' : kindOf(path));
}

/** Content types by path. @throws SETTINGS_INVALID */
export function contentTypes(format: string): (path: string) => string {
  const { contentType } = formatByName(format);
  return (path) => (isPagePath(path) ? pageContentType(path) : contentType(path));
}

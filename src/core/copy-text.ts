/**
 * The same text in memory of its own. V8 makes a part of a text a reference into the whole of it, which then stays as long as the
 * part, and holds it at two bytes a character when any character of the whole needs them.
 */
export function copyText(text: string): string {
  return Buffer.from(text).toString();
}

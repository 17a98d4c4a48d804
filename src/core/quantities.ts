/** Numbers as people read them. The same everywhere, whatever the locale, so that output can be compared. */

/** `63,440`. */
export function formatCount(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** `1 package`, `63,440 packages`. `plural` when it is not just `s`. */
export function formatNumberOf(count: number, noun: string, plural: string = `${noun}s`): string {
  return `${formatCount(count)} ${count === 1 ? noun : plural}`;
}

/** `812 B`, `1.5 kB`, `12 MB`: powers of 1,000, as apt prints them. */
export function formatSize(sizeBytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = sizeBytes;
  let index = 0;
  while (value >= 999.5 && index < units.length - 1) {
    value /= 1000;
    index++;
  }
  return `${index === 0 || value >= 9.95 ? Math.round(value) : value.toFixed(1)} ${units[index]}`;
}

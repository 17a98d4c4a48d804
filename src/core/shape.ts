/** Guards that read JSON which somebody else may have written. Each throws a TypeError that says what is wrong; callers add where. */

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function text(value: unknown): string {
  if (typeof value !== 'string') throw new TypeError(`expected text, found ${typeof value}`);
  return value;
}

export function num(value: unknown): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value))
    throw new TypeError(`expected a whole number`);
  return value;
}

export function arrayOf<T>(read: (value: unknown) => T): (value: unknown) => T[] {
  return (value) => {
    if (!Array.isArray(value)) throw new TypeError('expected a list');
    return value.map(read);
  };
}

export function optional<T>(value: unknown, read: (value: unknown) => T): T | undefined {
  return value === undefined ? undefined : read(value);
}

/** The field `name` of an object. */
export function field<T>(value: unknown, name: string, read: (value: unknown) => T): T {
  if (!isRecord(value)) throw new TypeError(`expected an object with '${name}'`);
  try {
    return read(value[name]);
  } catch (error) {
    if (error instanceof TypeError) throw new TypeError(`${name}: ${error.message}`);
    throw error;
  }
}

import { arrayOf, field, isRecord, num, optional, text } from '../core/shape.ts';
import type { ChannelSettings, FormatOptions, RepositorySettings } from '../formats/format.ts';

/**
 * Reads settings from JSON, in one form: the same settings always give the same JSON text. Says nothing about whether the
 * values can be used. @throws TypeError
 */
export function parseSettings(value: unknown): RepositorySettings {
  const [keep, graceDays] = ['keep', 'graceDays'].map((name) =>
    field(value, name, (inner) => optional(inner, num)),
  );
  const pages = field(value, 'pages', (inner) => optional(inner, flag));
  return {
    format: field(value, 'format', text),
    channels: field(value, 'channels', arrayOf(channelSettings)),
    components: field(value, 'components', arrayOf(text)),
    architectures: field(value, 'architectures', arrayOf(text)),
    ...(keep === undefined ? {} : { keep }),
    ...(graceDays === undefined ? {} : { graceDays }),
    ...(pages === undefined ? {} : { pages }),
    options: field(value, 'options', formatOptions),
  };
}

function channelSettings(value: unknown): ChannelSettings {
  return { name: field(value, 'name', text), options: field(value, 'options', formatOptions) };
}

function formatOptions(value: unknown): FormatOptions {
  if (!isRecord(value)) throw new TypeError('expected an object');
  const names = Object.keys(value).sort();
  return Object.fromEntries(names.map((name) => [name, field(value, name, option)]));
}

function flag(value: unknown): boolean {
  if (typeof value === 'boolean') return value;
  throw new TypeError('expected true or false');
}

function option(value: unknown): string | number | boolean {
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw new TypeError('expected text, a number, true or false');
}

/** The JSON Schema of pakhus.yaml, for editors. */
import { z } from 'zod';
import { createConfigSchema } from './config-schema.ts';

/** JSON Schema, draft 2020-12. */
export function configJsonSchema(): Readonly<Record<string, unknown>> {
  return { ...z.toJSONSchema(createConfigSchema(), { io: 'input' }) };
}

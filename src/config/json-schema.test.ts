import { expect, test } from 'vitest';
import { configJsonSchema } from './json-schema.ts';

test('editors get every key with a description', () => {
  const schema = configJsonSchema();
  expect(schema).toMatchObject({
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    additionalProperties: false,
    properties: {
      store: { type: 'string', description: expect.any(String) },
      repositories: {
        additionalProperties: {
          oneOf: expect.arrayContaining([
            expect.objectContaining({
              properties: expect.objectContaining({
                format: expect.objectContaining({ const: 'deb' }),
                origin: expect.objectContaining({ type: 'string' }),
              }),
            }),
          ]),
        },
      },
    },
  });
});

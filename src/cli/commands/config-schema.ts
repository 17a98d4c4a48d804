/** `pakhus config schema`: the JSON Schema of pakhus.yaml. */
import { type Command, defineCommand } from '../command.ts';

export const configSchema: Command = defineCommand({
  inputs: {},
  description:
    'Editors with a YAML language server complete and check pakhus.yaml with it, when the file begins with\n' +
    '# yaml-language-server: $schema=pakhus.schema.json',
  examples: [['pakhus config schema > pakhus.schema.json', 'write it beside pakhus.yaml']],
  run: async () => (await import('../../config/json-schema.ts')).configJsonSchema(),
  render: (schema) => JSON.stringify(schema, null, 2).split('\n'),
});

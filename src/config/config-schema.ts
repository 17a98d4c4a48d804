/** The schema of pakhus.yaml. Its descriptions are what editors show. */
import { z } from 'zod';
import { isRecord } from '../core/shape.ts';
import type { FormatOption } from '../formats/format.ts';
import { findClientUrlProblem, findStoreProblem } from './addresses.ts';
import { findAptSourceProblem } from './apt-source.ts';
import { findBaseProblem } from './base-index.ts';
import type { ConfigFile } from './config-file.ts';
import { FORMAT_OPTIONS } from './format-options.ts';
import {
  ARCHITECTURE_NAME,
  DISTRIBUTION_ID,
  findOverlap,
  findPathProblem,
  findPlacePatternProblem,
  findPlaceProblem,
  LEDGER_KEY,
  LEDGER_PUBLIC_KEY,
  type NameRule,
  PACKAGE_PATTERN,
  PART_NAME,
  PROPOSER_NAME,
  REPOSITORY_NAME,
  SIGNER_NAME,
  VARIABLE_NAME,
} from './names.ts';

/** Made when it is needed: loading zod costs more than most commands. */
export function createConfigSchema(): z.ZodType<ConfigFile> {
  return z
    .strictObject({
      $schema: z.string().optional().describe('The address of this schema, for editors.'),
      store: checked(findStoreProblem)
        .optional()
        .describe('Where the repositories are: a folder, from this file on.'),
      state: checked(findStoreProblem)
        .optional()
        .describe(
          'Where the ledger is, if not in .pakhus inside the store: a folder that no web server serves.',
        ),
      url: checked(findClientUrlProblem).optional().describe('Where clients reach the store.'),
      repositories: z
        .record(matching(REPOSITORY_NAME), createRepositorySchema())
        .check(({ value, issues }) => {
          const paths = new Map(Object.entries(value).map(([name, entry]) => [name, entry.path ?? name]));
          const overlap = findOverlap(paths);
          if (overlap === undefined) return;
          const [outer, inner] = overlap;
          const message = `lies in the folder '${paths.get(inner)}', which overlaps with '${paths.get(outer)}' of '${outer}'`;
          issues.push({ code: 'custom', input: value, path: [inner], message });
        })
        .optional()
        .describe('The repositories, by name.'),
      signers: list(
        z.union([
          matching(SIGNER_NAME),
          z.strictObject({
            name: matching(SIGNER_NAME),
            command: z
              .tuple([z.string().min(1)], z.string())
              .describe(
                'gpg with its options, or a wrapper: --armor --clearsign or --armor --detach-sign is appended.',
              ),
            publicKey: z.string().min(1).describe('The armored public key, from this file on.'),
          }),
        ]),
      )
        .optional()
        .describe('What signs: names of keys in the folder of keys, or commands such as gpg.'),
      ledger: list(matching(LEDGER_KEY))
        .optional()
        .describe('Ledger keys that are trusted: ids, or public parts, which `pakhus apply` lets commit.'),
      proposers: z
        .record(
          matching(PROPOSER_NAME),
          z.strictObject({
            actions: list(z.enum(['add', 'remove', 'promote', 'rollback', 'settings'])).min(1),
            to: list(checked(findPlacePatternProblem))
              .min(1)
              .describe('Places: repository/channel/component; * for any, as what is left out at the end.'),
            key: matching(LEDGER_PUBLIC_KEY)
              .optional()
              .describe(
                'Public part of the ledger key that signs. Default: whoever can write to inbox/NAME.',
              ),
          }),
        )
        .optional()
        .describe('Who may propose what without being allowed to commit. `pakhus apply` puts it in force.'),
      purge: z
        .strictObject({
          cloudfront: matching(DISTRIBUTION_ID)
            .optional()
            .describe('Id of a CloudFront distribution, in which the changed paths are invalidated.'),
          command: z
            .tuple([z.string().min(1)], z.string())
            .optional()
            .describe(
              'A program that gets the changed paths on standard input, and their URLs in PAKHUS_PURGE_URLS.',
            ),
          timeoutSeconds: z.int().min(1).max(600).optional().describe('Default: 30.'),
        })
        .check(({ value, issues }) => {
          if (value.cloudfront === undefined && value.command === undefined)
            issues.push({ code: 'custom', input: value, message: 'needs cloudfront or command' });
        })
        .optional()
        .describe('Caches that are told when files at fixed names change.'),
      pages: z.boolean().optional().describe('Web pages show what repositories hold. Default: true.'),
      products: z
        .record(matching(PART_NAME), list(checked(findPlaceProblem)).min(1))
        .optional()
        .describe('Places that ship one thing in several formats.'),
      mirrors: z
        .record(matching(REPOSITORY_NAME), createMirrorSchema())
        .optional()
        .describe('What is taken from upstream repositories, by name.'),
    })
    .describe('Configuration of pakhus');
}

function createMirrorSchema() {
  const patterns = () => list(matching(PACKAGE_PATTERN)).optional();
  const count = (most: number) => z.int().min(1).max(most).optional();
  return z
    .strictObject({
      to: checked(findPlaceProblem)
        .optional()
        .describe('repository/channel that holds it; with a component, all goes there. Default: the name.'),
      sources: list(checked(findAptSourceProblem))
        .min(1)
        .describe('Lines of sources.list: deb [signed-by=FILE arch=amd64] URL SUITE COMPONENT…'),
      packages: patterns().describe('Names and patterns such as lib*, with all that they need.'),
      optional: patterns().describe('The same, and what is not there is only told.'),
      lists: list(z.string().min(1))
        .optional()
        .describe('Files with a name on each line, or with REQUIRED_PACKAGES and OPTIONAL_PACKAGES.'),
      sections: list(z.string().min(1)).optional().describe('All packages of a section: net, non-free/*.'),
      priorities: list(z.string().min(1)).optional().describe('All packages of a priority: required.'),
      recommends: z.boolean().optional().describe('What packages recommend comes along. Default: false.'),
      strict: z
        .boolean()
        .optional()
        .describe('A need for a name that no source has leaves a package out. Default: false, it is told.'),
      authorization: matching(VARIABLE_NAME)
        .optional()
        .describe('The environment variable that holds the value of the header Authorization.'),
      connections: count(64).describe('To each host at once. Default: 16.'),
      requestsPerSecond: count(100_000).describe('To each host. Default: no limit.'),
      bytesPerSecond: z.int().min(4096).optional().describe('Of all hosts together. Default: no limit.'),
    })
    .check(({ value, issues }) => {
      const { packages, optional, lists, sections, priorities } = value;
      const wishes = [packages, optional, lists, sections, priorities].flatMap((own) => own ?? []);
      if (wishes.length > 0) return;
      const message = "needs packages, optional, lists, sections or priorities; packages: ['*'] takes all";
      issues.push({ code: 'custom', input: value, message });
    });
}

type OptionSchemas = Readonly<Record<string, z.ZodOptional<z.ZodType<string | number | boolean>>>>;

function createRepositorySchema() {
  const names = Object.keys(FORMAT_OPTIONS);
  const [first, ...more] = Object.entries(FORMAT_OPTIONS).map(([format, options]) =>
    formatSchema(format, options),
  );
  if (first === undefined) throw new Error('FORMAT_OPTIONS is empty');
  const expected = `expected ${names.join(', ')}`;
  return z.discriminatedUnion('format', [first, ...more], {
    error: ({ input }) => (isRecord(input) && 'format' in input ? expected : `is missing, ${expected}`),
  });
}

function formatSchema(format: string, options: Readonly<Record<string, FormatOption>>) {
  const ofChannel = createOptionSchemas(options);
  const base = list(checked(findBaseProblem))
    .optional()
    .describe(
      'Indexes of other repositories that clients have as well, files from this one on; {arch} stands for the architecture.',
    );
  return z.strictObject({
    format: z.literal(format),
    path: checked(findPathProblem)
      .optional()
      .describe('Folder below the store; . for the store itself. Default: the name.'),
    channels: z
      .union([
        list(matching(PART_NAME)).min(1),
        z.record(matching(PART_NAME), z.strictObject({ ...ofChannel, base }).nullable()),
      ])
      .optional()
      .describe('Channels (suites), by name; or a map from name to options. Default: stable.'),
    components: list(matching(PART_NAME)).min(1).optional().describe('Default: main.'),
    architectures: list(matching(ARCHITECTURE_NAME))
      .optional()
      .describe('Announced even while no package has them.'),
    keep: z
      .int()
      .min(1)
      .max(1_000_000)
      .optional()
      .describe('Newest versions kept per channel, component, name and architecture. Default: all.'),
    graceDays: z
      .int()
      .min(1)
      .max(3650)
      .optional()
      .describe('Days that files stay after the last index that names them was replaced. Default: 14.'),
    pages: z.boolean().optional().describe('Web pages show what it holds. Default: the top level.'),
    signers: list(matching(SIGNER_NAME))
      .min(1)
      .optional()
      .describe('Names of signers. Default: the top level.'),
    base,
    ...ofChannel,
    ...refuseOptionsOfChannels(options),
  });
}

function createOptionSchemas(options: Readonly<Record<string, FormatOption>>): OptionSchemas {
  return Object.fromEntries(
    Object.entries(options).map(([name, { type, mayBeEmpty, about }]) => [
      name,
      optionSchema(type, mayBeEmpty).optional().describe(about),
    ]),
  );
}

function refuseOptionsOfChannels(
  options: Readonly<Record<string, FormatOption>>,
): Record<string, z.ZodOptional<z.ZodNever>> {
  const names = Object.keys(options).filter((name) => options[name]?.ofChannel);
  return Object.fromEntries(
    names.map((name) => {
      const error = `each channel has its own: channels: { stable: { ${name}: … } }`;
      return [name, z.never({ error }).optional().describe('Only for channels.')];
    }),
  );
}

function optionSchema(type: FormatOption['type'], mayBeEmpty = false): z.ZodType<string | number | boolean> {
  if (type === 'flag') return z.boolean();
  if (type === 'count') return z.int().min(1);
  return mayBeEmpty ? z.string() : z.string().min(1);
}

/** Text without a problem that `find` sees; its message is the problem. */
function checked(find: (text: string) => string | undefined): z.ZodString {
  return z.string().check(({ value, issues }) => {
    const message = find(value);
    if (message !== undefined) issues.push({ code: 'custom', input: value, message });
  });
}

/** A name; its pattern is also in the JSON Schema. */
function matching({ pattern, about }: NameRule): z.ZodString {
  return z.string().regex(pattern, { error: ({ input }) => `'${String(input)}' must be ${about}` });
}

/** A list without the same thing twice. */
function list<T extends z.ZodType>(item: T): z.ZodArray<T> {
  return z.array(item).check(({ value, issues }) => {
    const seen = new Set<unknown>();
    for (const [index, each] of value.entries()) {
      if (typeof each === 'string' && seen.has(each)) {
        issues.push({ code: 'custom', input: each, path: [index], message: `'${each}' is there twice` });
      }
      seen.add(each);
    }
  });
}

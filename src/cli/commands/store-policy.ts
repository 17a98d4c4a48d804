/** `pakhus store policy`. */
import { PakhusError } from '../../core/pakhus-error.ts';
import { storePolicy as policyOf, type StorePolicy } from '../../repository/buckets/store-policy.ts';
import { type Command, defineCommand } from '../command.ts';
import { choiceOption, optionalArgument } from '../inputs.ts';

export const storePolicy: Command = defineCommand({
  inputs: {
    name: optionalArgument('the proposer, one of `proposers:` in pakhus.yaml; other roles have no name'),
    role: choiceOption(
      ['proposer', 'committer', 'reader'],
      'who: may propose changes; may publish; may install, which is everybody',
    ),
  },
  description:
    'Prints what a user or role of the bucket may do, in the policy language of AWS IAM, which Ceph, MinIO and others speak as well. A ' +
    'proposer may create objects in its own inbox folder, read the log and what clients read, and nothing else. A committer may do ' +
    'everything in the store but delete its log. That of readers is a bucket policy, which `pakhus store create` puts in place. ' +
    'Nothing is asked and nothing changed.',
  examples: [
    [
      'pakhus store policy --role proposer ci > ci.json',
      'then: aws iam create-policy --policy-name pakhus-ci --policy-document file://ci.json',
    ],
    ['pakhus store policy --role reader', 'anonymous reading of all but the state'],
  ],
  run: async (context, { name, role }): Promise<StorePolicy> => {
    if (role === undefined)
      throw new PakhusError('CLI_USAGE', 'whose policy is missing', {
        hint: 'Say --role proposer NAME, --role committer or --role reader.',
      });
    return policyOf(await context.config(), { role, name, env: context.env });
  },
  render: ({ policy }) => JSON.stringify(policy, undefined, 2).split('\n'),
});

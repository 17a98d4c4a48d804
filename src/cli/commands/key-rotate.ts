/** `pakhus key rotate`. */
import { refreshFront } from '../../repository/front/refresh-front.ts';
import { type RotateResult, rotateKey } from '../../repository/keys/rotate-key.ts';
import { nextStep } from '../../repository/keys/signers.ts';
import { type Command, defineCommand } from '../command.ts';
import { argument, choiceOption, countOption, textOption } from '../inputs.ts';
import { openRepository, useCase } from '../open-workspace.ts';

export const keyRotate: Command = defineCommand({
  inputs: {
    repository: argument('the repository whose signing key is replaced'),
    step: choiceOption(['announce', 'switch', 'retire', 'cancel'], 'default: the next one'),
    key: textOption('name', 'the new key: a fingerprint, or the name of a key file (default: one is made)'),
    old: textOption('fingerprint', 'the key to replace, when several sign'),
    expires: countOption('days', 'when a key that is made ends (default: never)'),
  },
  description:
    'Replaces the signing key in three steps, each a revision. announce: the new key is published beside the old one, and machines that are ' +
    'set up from now on know both. switch: both keys sign, and a client that knows either is content. retire: the new key alone signs. ' +
    'Leave time between the steps: a machine that never learned the new key stops updating at retire.',
  examples: [
    ['pakhus key rotate tools', 'the next step'],
    ['pakhus key rotate tools --step cancel', 'back to the old key'],
  ],
  changes: true,
  run: async (context, { repository: name, step, key, old, expires }) => {
    const { workspace, repository } = await openRepository(context, name);
    const { dryRun } = context.flags;
    const input = { step, key, old, expiresDays: expires, dryRun };
    const { change, ...result } = await rotateKey(repository, input, useCase(context));
    if (change !== undefined) await refreshFront(workspace, useCase(context));
    return { repository: repository.name, ...result, dryRun, rev: change?.rev };
  },
  render: ({ repository, step, signers, madeKeyFile, dryRun, rev }, { palette }) => [
    ...signers.map(({ fingerprint, stage }) => `  ${fingerprint}  ${STAGES[stage ?? 'signs']}`),
    dryRun
      ? `Would ${step} in ${repository}. Nothing was changed.`
      : palette.good(`${DONE[step]}, revision ${rev}.`),
    ...(madeKeyFile === undefined
      ? []
      : [`  The new secret key is in ${madeKeyFile}: keep a copy of that file in a safe place.`]),
    ...(dryRun ? [] : adviceFor({ repository, step, signers })),
  ],
});

const STAGES = {
  signs: 'signs',
  announced: 'announced: published, does not sign yet',
  arriving: 'signs, new',
  retiring: 'signs, to be retired',
} as const;

const DONE = {
  announce: 'Announced the new key',
  switch: 'Both keys sign now',
  retire: 'Retired the old key',
  cancel: 'Cancelled the rotation',
} as const;

function adviceFor({
  repository,
  step,
  signers,
}: Pick<RotateResult, 'step' | 'signers'> & { readonly repository: string }): readonly string[] {
  if (step === 'retire' || step === 'cancel') return [];
  const next = `\`pakhus key rotate ${repository} --step ${nextStep(signers)}\``;
  return step === 'announce'
    ? [
        `  Give the new key to every machine that publishes, then ${next}.`,
        `  Machines learn both keys from \`pakhus client ${repository}\`.`,
      ]
    : [`  When all machines have the new key (\`pakhus client ${repository}\`): ${next}.`];
}

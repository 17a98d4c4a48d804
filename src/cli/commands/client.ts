/** `pakhus client`. */
import { parsePlace } from '../../config/place.ts';
import { PakhusError } from '../../core/pakhus-error.ts';
import { clientSetup } from '../../repository/client-setup.ts';
import { type Command, defineCommand } from '../command.ts';
import { argument, choiceOption, textOption } from '../inputs.ts';
import { openPlace } from '../open-workspace.ts';

export const client: Command = defineCommand({
  inputs: {
    place: argument('repository/channel/component; without a component all of them'),
    url: textOption('url', 'where clients reach the store (default: `url:` in pakhus.yaml)'),
    as: choiceOption(
      ['text', 'script', 'one-liner', 'replace', 'undo'],
      'text to read, or one part of it to pipe into a shell; replace: instead of what the machine came with (default: text)',
    ),
  },
  description:
    'Prints what a machine needs to install from the repository: its file, key and commands, and how to take them back.',
  examples: [['pakhus client tools/stable --as script | ssh root@machine sh', 'sets up another machine']],
  run: async (context, { place, url, as }) => {
    const { repository } = await openPlace(context, place);
    const setup = await clientSetup(repository, { place: parsePlace(place), url });
    if (as === 'replace' && !setup.variants.some(({ replaces }) => replaces)) {
      throw new PakhusError(
        'CLI_USAGE',
        `machines have ${place} beside what they came with, not instead of it`,
        {
          hint: 'Take --as script.',
        },
      );
    }
    return { ...setup, as: as ?? 'text' };
  },
  render: (setup, { palette }) => {
    const { as, files, script, oneLiner, undo, next, variants } = setup;
    if (as === 'script') return script.trimEnd().split('\n');
    if (as === 'one-liner') return [oneLiner];
    if (as === 'replace')
      return [
        'set -e',
        ...variants.flatMap(({ replaces, text }) => (replaces ? text.trimEnd().split('\n') : [])),
      ];
    if (as === 'undo') return undo.trimEnd().split('\n');
    const indent = (text: string): string[] =>
      text
        .trimEnd()
        .split('\n')
        .map((line) => `  ${line}`);
    return [
      ...(setup.urlIsLocal
        ? [
            palette.warning('This URL works on this machine only. Set `url:` in pakhus.yaml, or give --url.'),
            '',
          ]
        : []),
      ...files.flatMap(({ path, content, about }) => [
        `${palette.strong(path)}  ${palette.faint(about)}`,
        ...indent(content),
        '',
      ]),
      ...(next.length === 0
        ? []
        : [palette.strong('Then'), ...next.map((line) => `  ${palette.code(line)}`), '']),
      palette.strong('All of it in one line, as root'),
      `  ${palette.code(oneLiner)}`,
      '',
      ...variants.flatMap(({ title, text }) => [palette.strong(title), ...indent(text), '']),
      palette.strong('To take it back, as root'),
      ...indent(undo),
    ];
  },
});

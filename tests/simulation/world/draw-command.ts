import type { RepositorySettings } from '../../../src/formats/format.ts';
import type { Place } from '../../../src/repository/change/actions.ts';
import type { LogChecker } from '../oracle/log-checker.ts';
import { EMPTY, type ModelState } from '../oracle/model.ts';
import { type Command, FIRST_SETTINGS } from './commands.ts';
import type { Dice } from './dice.ts';
import type { Palette, Sample } from './palette.ts';

const COMPONENT = 'main';
const KINDS = [
  ...Array<'gc'>(3).fill('gc'),
  ...Array<'propose'>(3).fill('propose'),
  ...Array<'commit'>(2).fill('commit'),
  ...Array<'publish'>(11).fill('publish'),
  ...Array<'remove'>(3).fill('remove'),
  ...Array<'promote'>(3).fill('promote'),
  ...Array<'rollback'>(3).fill('rollback'),
  ...Array<'resign'>(1).fill('resign'),
  ...Array<'apply'>(2).fill('apply'),
  ...Array<'repair'>(2).fill('repair'),
] as const;

/** What somebody might want to do who sees the repository as it is. */
export function drawCommand(dice: Dice, log: LogChecker, palette: Palette): Command {
  const state = log.tail()?.state ?? EMPTY;
  const settings = state.settings ?? FIRST_SETTINGS;
  const place = (): Place => ({ channel: pickChannel(dice, settings), component: COMPONENT });
  switch (state.settings === undefined ? 'publish' : dice.pick(asPickable(KINDS))) {
    case 'remove': {
      const from = place();
      return { type: 'remove', from, wanted: pickWanted(dice, { state, from, palette }) };
    }
    case 'promote': {
      const from = place();
      return { type: 'promote', from, to: place(), wanted: pickWanted(dice, { state, from, palette }) };
    }
    case 'apply':
      return { type: 'apply', settings: changeSettings(dice, settings) };
    case 'rollback': {
      const to = dice.chance(0.5) ? String(1 + dice.below(log.newest())) : undefined;
      return { type: 'rollback', channel: pickChannel(dice, settings), to };
    }
    case 'propose':
      return { type: 'propose', to: place(), samples: pickSamples(dice, palette) };
    case 'commit':
      return { type: 'commit' };
    case 'gc':
      return { type: 'gc' };
    case 'resign':
      return { type: 'resign' };
    case 'repair':
      return { type: 'repair' };
    default:
      return { type: 'publish', to: place(), samples: pickSamples(dice, palette) };
  }
}

/** The same, as from another build of the same source. */
export function rebuilt(command: Command): Command {
  return command.type === 'publish' || command.type === 'propose'
    ? { ...command, samples: command.samples.map((sample) => sample.rebuilt()) }
    : command;
}

/** One to three, no two of the same name and version. */
function pickSamples(dice: Dice, { samples }: Palette): readonly Sample[] {
  const picked = new Map<string, Sample>();
  for (let count = 1 + dice.below(3); count > 0; count--) {
    const sample = dice.pick(samples);
    const { name, version } = sample.inspected.meta;
    picked.set(`${name} ${version}`, sample);
  }
  return [...picked.values()];
}

function pickWanted(
  dice: Dice,
  { state, from, palette }: { readonly state: ModelState; readonly from: Place; readonly palette: Palette },
) {
  const there = state.places.get(`${from.channel}/${from.component}`) ?? [];
  const [first, ...others] = there;
  const { name, version } =
    first === undefined || dice.chance(0.1)
      ? dice.pick(palette.samples).inspected.meta
      : dice.pick([first, ...others]);
  return { name, version: dice.chance(0.5) ? version : undefined };
}

function changeSettings(dice: Dice, settings: RepositorySettings): RepositorySettings {
  const { keep: _, ...others } = settings;
  switch (dice.below(4)) {
    case 0:
      return { ...others, keep: 1 + dice.below(2) };
    case 1:
      return others;
    case 2:
      return { ...settings, options: { ...settings.options, label: `label ${dice.below(100)}` } };
    default: {
      const extra = settings.channels.find(({ name }) => name === 'extra');
      const channels =
        extra === undefined
          ? [...settings.channels, { name: 'extra', options: {} }]
          : settings.channels.filter((one) => one !== extra);
      return { ...settings, channels };
    }
  }
}

function pickChannel(dice: Dice, { channels }: RepositorySettings): string {
  return dice.pick(asPickable(channels.map(({ name }) => name)));
}

function asPickable<T>(list: readonly T[]): readonly [T, ...T[]] {
  const [first, ...others] = list;
  if (first === undefined) throw new Error('nothing to pick from');
  return [first, ...others];
}

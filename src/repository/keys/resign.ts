/** Signing what is published again, with a new date, so that it stays valid though no package changed. */
import { formatByName } from '../../formats/table.ts';
import { type Changed, finishOthers, makeChange } from '../change/change.ts';
import { openTail } from '../read-repository.ts';
import type { Repository, UseCaseOptions } from '../repository.ts';

export interface ResignInput {
  /** Undefined: every channel. */
  readonly channel: string | undefined;
  /** Those that clients refuse within so many days. Default: those whose time is more than half over. */
  readonly withinDays: number | undefined;
  /** All of them, whatever their time. */
  readonly force: boolean;
  readonly dryRun: boolean;
}

export interface ResignedChannel {
  readonly channel: string;
  /** When it was signed before this. */
  readonly dateMs: number;
  /** When clients refused it, had it not been signed again; undefined: never. */
  readonly validUntilMs: number | undefined;
  readonly outcome: 'signed' | 'not due' | 'never expires';
}

export interface ResignResult {
  readonly channels: readonly ResignedChannel[];
  /** Undefined on a dry run, and when nothing was due. */
  readonly change: Changed | undefined;
}

const DAY_MS = 86_400_000;

/** @throws PLACE_NOT_FOUND, KEY_NOT_FOUND, and as `makeChange` */
export async function resign(
  repository: Repository,
  input: ResignInput,
  options: UseCaseOptions,
): Promise<ResignResult> {
  const tail = await openTail(repository, options.signal === undefined ? {} : { signal: options.signal });
  const { catalog } = tail.content;
  const { settings } = catalog;
  const format = formatByName(settings.format);
  const nowMs = repository.ledger.time.now();
  const channels = catalog.channels
    .filter(({ name }) => name === (input.channel ?? name))
    .map(({ name, dateMs }): ResignedChannel => {
      const validUntilMs = format.validUntil?.(settings, { channel: name, dateMs });
      return {
        channel: name,
        dateMs,
        validUntilMs,
        outcome: judge({ dateMs, validUntilMs }, { nowMs, input }),
      };
    });
  const due = channels.flatMap(({ channel, outcome }) => (outcome === 'signed' ? [channel] : []));
  if (input.dryRun) return { channels, change: undefined };
  if (due.length === 0) {
    await finishOthers(repository, { ...options, known: tail });
    return { channels, change: undefined };
  }
  const actions = [{ type: 'resign', channels: due } as const];
  const change = await makeChange(repository, { actions, message: `sign ${due.join(', ')} again` }, options);
  return { channels, change };
}

function judge(
  signed: { readonly dateMs: number; readonly validUntilMs: number | undefined },
  { nowMs, input }: { readonly nowMs: number; readonly input: ResignInput },
): ResignedChannel['outcome'] {
  const { dateMs, validUntilMs } = signed;
  if (input.force) return 'signed';
  if (validUntilMs === undefined) return 'never expires';
  const noticeMs = input.withinDays === undefined ? (validUntilMs - dateMs) / 2 : input.withinDays * DAY_MS;
  return validUntilMs - nowMs <= noticeMs ? 'signed' : 'not due';
}

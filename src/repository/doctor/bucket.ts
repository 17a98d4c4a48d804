/** A bucket, asked with one's own credentials: whether it answers, keeps writers apart, lists, and tells the same time. */
import { callOf } from '../../catalog/call-of.ts';
import type { Clock } from '../../core/clock.ts';
import { connect } from '../../storage/s3/client.ts';
import { listObjects } from '../../storage/s3/list.ts';
import { probeConditions } from '../../storage/s3/probe.ts';
import { writeVerdict } from '../../storage/s3/verdict.ts';
import type { CallOptions } from '../../storage/storage.ts';
import type { BucketFolder } from '../buckets/places.ts';
import { bad, type Diagnosis, good, guarded, showSpan, warning } from './diagnosis.ts';

/** As much as apt bears with. */
const CLOCK_TOLERANCE_MS = 10_000;

export interface BucketCheck {
  readonly clock: Clock;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Nothing that needs conditions is written there, or one machine alone writes. */
  readonly mayLack: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** Writes objects of its own below `folder`, which is not public, and deletes them. What it finds of conditions is kept. */
export function checkBucket(folder: BucketFolder, options: BucketCheck): Promise<readonly Diagnosis[]> {
  const { location } = folder;
  const check = `bucket ${location.name}`;
  const call = callOf(options);
  return guarded(
    check,
    async () => {
      const connection = await connect(location, options);
      const listed = await checkList(check, { folder, connection, call });
      const conditions = await probeConditions(connection, folder.start, call);
      await writeVerdict(connection, { key: `${folder.start}store.json`, conditions }, call);
      const { createIfAbsent, ifMatch, lack = 'it has none' } = conditions;
      const found: Diagnosis[] = [...listed];
      if (createIfAbsent && ifMatch !== 'none')
        found.push(good(check, 'answers, and of 16 that write at once exactly one wins'));
      else if (createIfAbsent)
        found.push(
          warning(
            check,
            'creates safely, but cannot replace only what was read: two that publish at once may undo each other for a moment',
            'Nothing is lost: whoever writes next mends it. Run `pakhus repair` by cron.',
            'store-replace',
          ),
        );
      else if (options.mayLack)
        found.push(good(check, `answers; conditional writes do not work (${lack}), and are not needed here`));
      else
        found.push(
          bad(
            check,
            `conditional writes do not work (${lack}): it cannot keep two writers apart`,
            'Let one machine commit (`pakhus commit --watch --single-writer`), or put the ledger elsewhere (`state:`).',
            'store-unsafe',
          ),
        );
      return [...found, ...checkClock(check, connection.now() - options.clock.now())];
    },
    'store-access',
  );
}

async function checkList(
  check: string,
  {
    folder,
    connection,
    call,
  }: {
    readonly folder: BucketFolder;
    readonly connection: Awaited<ReturnType<typeof connect>>;
    readonly call: CallOptions;
  },
): Promise<readonly Diagnosis[]> {
  return guarded(
    check,
    async () => {
      for await (const _ of listObjects(connection, folder.start, call)) break;
      return [];
    },
    'store-list',
  );
}

function checkClock(check: string, aheadMs: number): readonly Diagnosis[] {
  if (Math.abs(aheadMs) <= CLOCK_TOLERANCE_MS) return [];
  return [
    warning(
      check,
      `its clock is ${showSpan(aheadMs)} ${aheadMs > 0 ? 'ahead of' : 'behind'} this machine's; its own is used for dates, and at 15 min it refuses requests`,
      'Let NTP keep the clock of this machine.',
      'store-clock',
    ),
  ];
}

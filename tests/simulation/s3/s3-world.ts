/**
 * A world whose store is a bucket of the S3 server in memory. Its processes reach it through the driver, as they do in life:
 *
 * ```
 * use case ─▶ retryStorage? ─▶ driver, SDK, HTTP ─▶ a pipe in memory ─▶ the fate of each request ─▶ the one server, watched
 *                  └ stands still, dies
 * ```
 */
import '../world/instant-zlib.ts';
import { retryStorage } from '../../../src/storage/retry.ts';
import { parseS3Location } from '../../../src/storage/s3/location.ts';
import { openS3Storage } from '../../../src/storage/s3.ts';
import type { Storage } from '../../../src/storage/storage.ts';
import type { BucketChange } from '../../support/fake-s3/buckets.ts';
import { createFakeServer } from '../../support/fake-s3/fake-server.ts';
import type { FaultyRequest, S3Fault } from '../../support/fake-s3/faults.ts';
import type { FakeS3Mode } from '../../support/fake-s3/semantics.ts';
import { s3Environment, s3Location } from '../../support/s3-server.ts';
import { createDice } from '../world/dice.ts';
import type { Fate } from '../world/process.ts';
import { countFate, createRun, describeCall, START_MS } from '../world/run.ts';
import type { StoreChange } from '../world/watch-storage.ts';
import type { ProcessOptions, S3Kind, World, WorldInput } from '../world/world.ts';
import { installMemoryNetwork, nameServer } from './memory-network.ts';
import { createMortality, mortalStorage } from './mortal-storage.ts';
import { callOf, requestFault } from './request-fate.ts';

/** From the first byte of a request to the last one of its answer, with all that others do meanwhile. */
const TURNS = 4;

const MODES: Readonly<Record<S3Kind, FakeS3Mode>> = {
  's3 honest': 'honest',
  's3 ceph': 'ceph',
  's3 create-only': 'create-only',
};

export const S3_KINDS: readonly [S3Kind, ...S3Kind[]] = ['s3 honest', 's3 ceph', 's3 create-only'];

/** What becomes of a request when nothing does. */
const NOTHING: Fate = { fault: { type: 'none' }, requestMs: 0 };

let worlds = 0;
installMemoryNetwork();

export function createS3World({
  kind,
  palette,
  trace = [],
  startMs = START_MS,
  toleranceMs = 0,
  sabotage = (same) => same,
}: WorldInput): World {
  if (!isS3Kind(kind)) throw new Error(`${kind} is no bucket of a server`);
  const replaces = kind !== 's3 create-only';
  const run = createRun({
    palette,
    startMs,
    skewMs: () => 0,
    neverBack: replaces,
    toleranceMs,
    trace,
    turns: TURNS,
  });
  const { scheduler, counts } = run;
  // Names that nobody draws would make each run another one.
  const note = (line: string): void => run.note(line.replaceAll(/(probe-|world)[0-9a-f]+/g, '$1'));
  const processes = new Map<string, (request: FaultyRequest) => Promise<S3Fault | undefined>>();
  const server = createFakeServer({
    mode: MODES[kind],
    now: scheduler.now,
    faults: async (request) => processes.get(hostOf(request))?.(request),
    lateness: {
      add: (arrive, afterMs = 0) => void scheduler.after(afterMs, arrive),
      pass: () => {},
      release: () => 0,
    },
  });
  const { account, bucket, region } = server;
  const name = `world${++worlds}`;
  nameServer(name, server.http);
  const watched = server.handler.buckets.get(bucket);
  if (watched !== undefined) watched.onChange = (change) => run.see(toStoreChange(change));

  const process: World['process'] = (author, options: ProcessOptions = {}) => {
    const { machine = { name: 'store', skewMs: 0 }, dice = createDice(author), retries = false } = options;
    const { decide = () => NOTHING, answerMs = () => 0, lateMs = () => 0 } = options;
    const host = `${author.replace('@', '.')}.${name}.simulated`;
    const mortality = createMortality(author);
    let standsUntilMs = 0;
    let requests = 0;
    const pass = async (ms: number): Promise<void> => {
      await scheduler.sleep(ms);
      while (scheduler.now() < standsUntilMs) await scheduler.sleep(standsUntilMs - scheduler.now());
    };
    const clock = {
      now: () => scheduler.now() + machine.skewMs,
      sleep: async (ms: number, signal?: AbortSignal) => {
        signal?.throwIfAborted();
        await pass(ms);
        signal?.throwIfAborted();
      },
    };
    processes.set(host, async (request) => {
      if (mortality.isDead) return { type: 'request-lost' };
      const call = callOf(request, requests++);
      const { fault, requestMs } = decide(call);
      countFate(counts, { fault });
      await pass(requestMs);
      if (mortality.isDead) return { type: 'request-lost' };
      note(`${author} ${describeCall(call, { fault, requestMs })}`);
      if (fault.type === 'death') mortality.die();
      return requestFault(fault, { call, dice, lateMs });
    });
    const location = parseS3Location(s3Location({ endpoint: `http://${host}`, region }, { bucket }), {});
    const open = async (): Promise<Storage> => {
      const storage = sabotage(await openS3Storage({ location, clock, env: s3Environment(account, region) }));
      return retries ? retryStorage(storage, { clock, random: dice.next }) : storage;
    };
    const store = mortalStorage('s3://simulated', {
      capabilities: { createIfAbsent: true, replaceIfMatch: replaces, exclusive: false, metadata: true },
      open,
      mortality,
      before: async (operation, key) => {
        const { suspendedMs } = decide({ index: requests, operation, key, isConditional: false });
        if (suspendedMs === undefined) return;
        countFate(counts, { suspendedMs });
        note(`${author} stands still for ${suspendedMs} ms before ${operation} ${key}`);
        standsUntilMs = scheduler.now() + suspendedMs;
        await pass(0);
      },
      after: () => pass(answerMs()),
    });
    return { author, dice, clock, store };
  };
  return { ...run, note, kind, process, store: process('observer@calm').store };
}

function isS3Kind(kind: string): kind is S3Kind {
  return kind in MODES;
}

function hostOf({ headers }: FaultyRequest): string {
  return headers['host'] ?? '';
}

function toStoreChange(change: BucketChange): StoreChange {
  if (change.type === 'delete') return change;
  const { key, body, modifiedMs, etag } = change.object;
  return { type: 'put', key, bytes: body, info: { key, sizeBytes: body.length, modifiedMs, etag } };
}

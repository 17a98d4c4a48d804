/** Knows what the store makes of conditions, and refuses to write where they are needed and not kept. */
import { PakhusError } from '../../core/pakhus-error.ts';
import type { CallOptions, StorageCapabilities } from '../storage.ts';
import type { Connection } from './client.ts';
import { type Conditions, noConditions } from './conditions.ts';
import { probeConditions } from './probe.ts';
import { readVerdict, writeVerdict } from './verdict.ts';

export interface Gate {
  /** Before the first write nobody may know: then it is hoped for. */
  readonly capabilities: StorageCapabilities;
  /** Before each write. @throws STORE_UNSAFE, and what the probe throws */
  pass(call: CallOptions): Promise<Conditions>;
}

export interface GateOptions {
  /** Where the verdict is kept. */
  readonly verdictKey: string;
  /** Where the objects of a probe lie for a moment. */
  readonly probePrefix: string;
  /** Nobody else writes, or nothing that is written needs a condition. */
  readonly mayLack: boolean;
  /** Whoever may not write outside its own folder cannot try. */
  readonly mayProbe: boolean;
}

/** Asks for the verdict of whoever tried before. Errors: those of reading an object, so that a wrong bucket shows at once. */
export async function openGate(
  connection: Connection,
  { verdictKey, probePrefix, mayLack, mayProbe }: GateOptions,
  call: CallOptions,
): Promise<Gate> {
  let known = await readVerdict(connection, verdictKey, { ...call, anyAge: !mayProbe });
  let asking: Promise<Conditions> | undefined;

  const probe = async (options: CallOptions): Promise<Conditions> => {
    const conditions = await probeConditions(connection, probePrefix, options);
    await writeVerdict(connection, { key: verdictKey, conditions }, options);
    return conditions;
  };
  const ask = async (options: CallOptions): Promise<Conditions> => {
    asking ??= probe(options);
    try {
      known = await asking;
      return known;
    } finally {
      asking = undefined;
    }
  };
  let isRefused = false;
  return {
    capabilities: {
      get createIfAbsent() {
        return known?.createIfAbsent ?? true;
      },
      get replaceIfMatch() {
        return (known?.ifMatch ?? 'quoted') !== 'none';
      },
      exclusive: false,
      metadata: true,
    },
    async pass(options) {
      if (known === undefined && !mayProbe) known = noConditions('nobody has tried it yet');
      let conditions = known ?? (await ask(options));
      if (conditions.createIfAbsent || mayLack) return conditions;
      // What an older version of the store's program was found to lack may be there by now.
      if (!isRefused) conditions = await ask(options);
      isRefused = !conditions.createIfAbsent;
      if (isRefused) throw unsafe(connection.location.name, conditions);
      return conditions;
    },
  };
}

function unsafe(store: string, { lack = 'it has none' }: Conditions): PakhusError {
  return new PakhusError(
    'STORE_UNSAFE',
    `${store}: conditional writes do not work there (${lack}), so it cannot keep two writers apart`,
    {
      hint:
        'Three ways out. One machine commits: `pakhus commit --watch --single-writer` there, `pakhus publish --propose-only` everywhere else. ' +
        'Or the ledger lies in a store that has conditions: `state:` in pakhus.yaml. ' +
        'Or nobody but this machine ever publishes: --single-writer.',
      details: { store, lack },
    },
  );
}

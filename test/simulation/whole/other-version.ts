/** Old and new Weir side by side while a deployment rolls through: what one of them writes the other may read. */
import type { LatestRecord, NewRecord } from '#core/history/record.ts';
import { TransientError } from '#core/errors.ts';
import type { JsonObject } from '#core/json.ts';
import type { RunHistory } from '#shared/ports.ts';
import type { TicketStore } from '#shared/queue/ticket-store.ts';
import type { Random } from '../random.ts';

/** Of one world: none; a version with fewer fields beside this one; a version with a layout that this one cannot read. */
export type Deployment = 'none' | 'fewer fields' | 'another schema';

interface Stores {
  readonly history: RunHistory;
  readonly tickets: TicketStore;
}

/** @returns what each process sees of the stores, of whichever version it is */
export function rollingStores(random: Random, { history, tickets }: Stores) {
  let deployment: Deployment = 'none';
  const newer = new Set<string>();
  return {
    begin: (kind: Deployment) => void (deployment = kind),
    /** All are of the newest version. */
    over: () => void (deployment = 'none'),
    seen(): Stores {
      if (deployment === 'none' || random.chance(0.5)) {
        const marks = deployment === 'another schema';
        return marks ? { history: marking(history, newer), tickets: marking(tickets, newer) } : { history, tickets };
      }
      return deployment === 'fewer fields'
        ? { history: withFewerFields(history), tickets }
        : { history: unableToRead(history, newer), tickets: unableToRead(tickets, newer) };
    },
  };
}

/** Optional in core/history/rollout-state.ts: absent in older records. */
const NEWER: readonly string[] = [
  'held',
  'images',
  'stableImages',
  'services',
  'updateSince',
  'stepSince',
  'resourceVersion',
];

/** Weir before its last deployment: its records lack the fields that came since, and it does not know them in others'. */
function withFewerFields(history: RunHistory): RunHistory {
  return {
    ...history,
    async latest(key) {
      const latest = await history.latest(key);
      return latest && withoutNewer<LatestRecord>(latest);
    },
    record: (key, record) => history.record(key, withoutNewer<NewRecord>(record)),
  };
}

function withoutNewer<R extends { readonly state: JsonObject }>(record: R): R {
  const state = Object.fromEntries(Object.entries(record.state).filter(([name]) => !NEWER.includes(name)));
  return { ...record, state };
}

const WRITES = ['record', 'write'];
const READS = ['latest', 'read'];

/** A worker whose items carry a higher schema number. */
function marking<Port extends object>(port: Port, newer: Set<string>): Port {
  return watched(port, (method, key) => {
    if (WRITES.includes(method)) newer.add(key);
  });
}

/** A worker that refuses them, as the table does (shared/dynamodb/table.ts). */
function unableToRead<Port extends object>(port: Port, newer: ReadonlySet<string>): Port {
  return watched(port, (method, key) => {
    if (READS.includes(method) && newer.has(key)) throw new TransientError(`${method}: written by a newer Weir`);
  });
}

function watched<Port extends object>(port: Port, look: (method: string, key: string) => void): Port {
  return new Proxy(port, {
    get(target, method) {
      const original: unknown = Reflect.get(target, method);
      if (typeof original !== 'function') return original;
      return async (...args: readonly unknown[]) => {
        look(String(method), JSON.stringify(args[0]));
        return Reflect.apply(original, target, args) as unknown;
      };
    },
  });
}

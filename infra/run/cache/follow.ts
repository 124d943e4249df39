/**
 * One kind in one scope, followed for as long as the process runs: listed once, then watched from there on. A watch that
 * ends is resumed where it stopped, also after the API server was away; only a lost place (410) is listed again.
 */
import { messageOf } from '#core/errors.ts';
import { MINUTE, SECOND, type Instant, type Millis } from '#core/time.ts';
import type { Cluster, ListQuery, Log, ObjectList, WatchEvent } from '#shared/ports.ts';
import type { Timers } from '../../local/clock.ts';

export interface FollowParts {
  readonly cluster: Pick<Cluster, 'list' | 'watch' | 'name'>;
  readonly query: ListQuery;
  readonly timers: Timers;
  readonly log: Log;
  /** The whole list, in place of all that was heard before. */
  onList(list: ObjectList): void;
  onEvent(event: Exclude<WatchEvent, { type: 'BOOKMARK' | 'EXPIRED' }>): void;
}

export interface Following {
  /** Listed at least once. */
  readonly synced: boolean;
  /** Where a watch may go on from what has been heard. */
  readonly resourceVersion: string;
  /** What keeps it from being up to date now; undefined while it is. */
  readonly problem: string | undefined;
  /** Resolves when it has been listed for the first time, or the first try has failed. */
  readonly firstTry: Promise<void>;
  stop(): Promise<void>;
}

/** The server ends a watch after this; each resumption is one request. */
const WATCH_FOR: Millis = 9 * MINUTE;
/** So that not all kinds are resumed at once. */
const WATCH_SPREAD: Millis = 2 * MINUTE;
/** The server sends a bookmark each minute; a stream that is silent for longer is dead, whatever TCP thinks. */
const LONGEST_SILENCE: Millis = 4 * MINUTE;
const FIRST_WAIT: Millis = 200;
const LONGEST_WAIT: Millis = 15 * SECOND;

export function follow(parts: FollowParts): Following {
  const stopping = new AbortController();
  const state: State = { resourceVersion: undefined, synced: false, problem: 'not listed yet', failures: 0 };
  const { promise: firstTry, resolve: tried } = Promise.withResolvers<void>();
  const running = loop(parts, state, stopping.signal, tried);
  return {
    get synced() {
      return state.synced;
    },
    get resourceVersion() {
      return state.resourceVersion ?? '';
    },
    get problem() {
      return state.problem;
    },
    firstTry,
    async stop() {
      stopping.abort();
      await running;
    },
  };
}

interface State {
  resourceVersion: string | undefined;
  synced: boolean;
  problem: string | undefined;
  failures: number;
}

async function loop(parts: FollowParts, state: State, signal: AbortSignal, tried: () => void): Promise<void> {
  while (!signal.aborted) {
    const startedAt = parts.timers.now();
    try {
      state.resourceVersion ??= await listed(parts, state);
      tried();
      await watched(parts, state, signal);
      await rest(parts.timers, restAfter(parts.timers.now() - startedAt), signal);
    } catch (error) {
      if (signal.aborted) return tried();
      state.failures += 1;
      state.problem = messageOf(error);
      tried();
      report(parts, state);
      await rest(parts.timers, Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** (state.failures - 1)), signal);
    }
  }
}

async function listed(parts: FollowParts, state: State): Promise<string> {
  const list = await parts.cluster.list(parts.query);
  parts.onList(list);
  Object.assign(state, { synced: true, problem: undefined, failures: 0 });
  return list.resourceVersion;
}

/** Until the server ends it, the place is lost or nothing is heard for too long. @throws what the watch throws */
async function watched(parts: FollowParts, state: State, stop: AbortSignal) {
  const { cluster, query, timers } = parts;
  const silence = new AbortController();
  let heardAt: Instant = timers.now();
  const cancel = every(timers, MINUTE, () => {
    if (timers.now() - heardAt > LONGEST_SILENCE) silence.abort();
  });
  const timeout = Math.floor(WATCH_FOR - Math.random() * WATCH_SPREAD);
  const signal = AbortSignal.any([stop, silence.signal]);
  try {
    const events = cluster.watch({ ...query, resourceVersion: state.resourceVersion ?? '', timeout, signal });
    for await (const event of events) {
      heardAt = timers.now();
      Object.assign(state, { problem: undefined, failures: 0 });
      if (event.type === 'EXPIRED') state.resourceVersion = undefined;
      else if (event.type === 'BOOKMARK') state.resourceVersion = event.resourceVersion;
      else {
        parts.onEvent(event);
        state.resourceVersion = event.object.metadata.resourceVersion ?? state.resourceVersion;
      }
    }
  } finally {
    cancel();
  }
}

function report({ cluster, query, log }: FollowParts, { problem, failures }: State): void {
  const fields = { cluster: cluster.name, kind: query.kind, namespace: query.namespace, error: problem };
  // One line when it begins; an outage is no flood.
  if (failures === 1) log.warn('Kind not followed', fields);
  else log.debug('Kind still not followed', { ...fields, failures });
}

/** A server that ends watches at once is not asked in a circle. */
function restAfter(lasted: Millis): Millis {
  return Math.max(0, SECOND - lasted);
}

function rest(timers: Timers, length: Millis, signal: AbortSignal): Promise<void> {
  if (length <= 0 || signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const cancel = timers.after(length, done);
    signal.addEventListener('abort', done, { once: true });
    function done(): void {
      cancel();
      signal.removeEventListener('abort', done);
      resolve();
    }
  });
}

function every(timers: Timers, length: Millis, task: () => void): () => void {
  let cancel = timers.after(length, again);
  function again(): void {
    task();
    cancel = timers.after(length, again);
  }
  return () => cancel();
}

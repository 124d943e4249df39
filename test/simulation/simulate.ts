/** One seeded run of the queue, the history and a toy controller through faults of every kind, and then to rest. */
import { ConflictError, TransientError } from '#core/errors.ts';
import { MINUTE, SECOND, type Instant, type Millis } from '#core/time.ts';
import { createMemoryCursorStore } from '#shared/history/memory-cursor-store.ts';
import { createMemoryRunHistory } from '#shared/history/memory-run-history.ts';
import type { Claim, EventBus, ObjectKey, ReleaseEvent, WorkMessage, WorkSender } from '#shared/ports.ts';
import { createMemoryTicketStore } from '#shared/queue/memory-ticket-store.ts';
import { createTicketQueue } from '#shared/queue/ticket-queue.ts';
import { BUGS, type Bug, type Core } from './bugs.ts';
import { CALM, CHAOS, createProcess, deliveries, type Process, type Weather } from './faults.ts';
import { brokenPromises, createHoldWatch } from './invariants.ts';
import { createRandom } from './random.ts';
import { createScheduler } from './scheduler.ts';
import { createToy, pass } from './toy.ts';

const START: Instant = Date.UTC(2026, 0, 1);
const HOLD: Millis = MINUTE;
const VISIBILITY: Millis = 90 * SECOND;
const MAX_RECEIVES = 5;
const CHAOS_LASTS: Millis = 20 * MINUTE;
/** Enough for the latest message, a hop, a lost hold and their rescues. */
const CALM_LASTS: Millis = 60 * MINUTE;
/** Changes come in bursts: the next one while the one before is worked on. */
const BURSTS = 12;

export interface Outcome {
  readonly seed: number;
  readonly broken: readonly string[];
  readonly trace: readonly string[];
}

export async function simulate(seed: number, bug?: Bug): Promise<Outcome> {
  const random = createRandom(seed);
  const scheduler = createScheduler(START);
  const weather: Weather = { current: CHAOS };
  const toy = createToy(['red', 'green', 'blue']);
  const keys = toy.names.map((name): ObjectKey => ({ cluster: 'toy', kind: 'Rollout', namespace: 'sim', name }));
  const cursors = createMemoryCursorStore();
  const holds = createHoldWatch();
  const told: ReleaseEvent[] = [];
  const core = bug === undefined ? soundCore() : BUGS[bug](soundCore());
  let processes = 0;

  function soundCore(): Core {
    const queueOf: Core['queueOf'] = (store) => createTicketQueue({ store, sender, clock: scheduler, hold: HOLD });
    return { tickets: createMemoryTicketStore(), history: createMemoryRunHistory(), queueOf };
  }

  const sender: WorkSender = {
    async send(message, delay) {
      for (const arrival of deliveries(delay, random, weather.current)) deliver(message, arrival, 1);
    },
  };
  const bus: EventBus = {
    async publish(events) {
      if (random.chance(weather.current.refuse)) throw new TransientError('the bus is busy');
      told.push(...events);
    },
  };

  function startProcess(kind: string): Process {
    processes += 1;
    return createProcess(`${kind}-${processes}`, scheduler, random, weather);
  }

  function deliver(message: WorkMessage, after: Millis, receives: number): void {
    scheduler.spawn(async () => {
      const worker = startProcess('worker');
      const outcome = await worker.run(() => handle(message, worker));
      scheduler.note(`${worker.name} ${message.request.name} ${message.seq}: ${outcome ?? 'dead'}`);
      if (outcome !== 'done' && receives < MAX_RECEIVES) deliver(message, VISIBILITY, receives + 1);
    }, after);
  }

  /** What the reconcile function does with a message. */
  async function handle(message: WorkMessage, worker: Process): Promise<'done' | 'redeliver'> {
    const queue = worker.plug('queue', core.queueOf(worker.plug('tickets', core.tickets)));
    const result = await queue.claim(message);
    if (result.state !== 'claimed') return result.state === 'held' ? 'redeliver' : 'done';
    const { claim } = result;
    holds.claimed(claim, scheduler.now());
    const history = worker.plug('history', core.history);
    const cluster = worker.plug('cluster', toy.cluster);
    const end = async (next?: Instant) => {
      holds.over(claim);
      await queue.release(claim, next);
      return 'done' as const;
    };
    try {
      await meetUnknownErrors(claim);
      return await end(await pass(claim, { clock: scheduler, history, bus: worker.plug('bus', bus), cluster }));
    } catch (error) {
      if (error instanceof ConflictError) return end(scheduler.now() + SECOND);
      if (error instanceof TransientError) return end(scheduler.now() + 10 * SECOND);
      if (!(error instanceof UnknownError)) throw error;
      holds.over(claim);
      await queue.fail(claim);
      return 'redeliver';
    }
  }

  async function meetUnknownErrors(claim: Claim): Promise<void> {
    if (random.chance(weather.current.refuse)) throw new UnknownError(`pass ${claim.seq}`);
  }

  /** What the tick does: what changed since the cursor goes to the queue, and what was lost is sent again. */
  async function tick(process: Process): Promise<void> {
    const queue = process.plug('queue', core.queueOf(process.plug('tickets', core.tickets)));
    const places = process.plug('cursors', cursors);
    await queue.rescue();
    const from = await places.get('toy');
    const { names, place } = await process.plug('cluster', toy.cluster).changesSince(Number(from ?? 0));
    for (const key of keys.filter(({ name }) => names.includes(name))) await queue.add(key, scheduler.now());
    if (String(place) !== from) await places.set('toy', String(place), from);
    if (weather.current === CALM) for (const key of await queue.parked()) await queue.redrive(key);
  }

  /** A person changes an object; every other time a webhook asks for a pass at once, else the tick finds it. */
  async function change(name: string): Promise<void> {
    toy.ask(name);
    if (random.chance(0.5)) return;
    const webhook = startProcess('webhook');
    const queue = webhook.plug('queue', core.queueOf(webhook.plug('tickets', core.tickets)));
    await webhook.run(() => queue.add(keys[toy.names.indexOf(name)]!, scheduler.now()));
  }

  for (let at = 0; at < CHAOS_LASTS + CALM_LASTS; at += MINUTE) {
    scheduler.spawn(async () => {
      const process = startProcess('tick');
      await process.run(() => tick(process));
    }, at);
  }
  for (let left = BURSTS; left > 0; left--) {
    const name = random.pick(toy.names);
    const at = random.between(0, CHAOS_LASTS);
    for (let length = random.between(1, 4); length > 0; length--) {
      scheduler.spawn(() => change(name), at + random.between(0, 5 * SECOND));
    }
  }
  await scheduler.runUntil(START + CHAOS_LASTS);
  weather.current = CALM;
  await scheduler.runUntil(START + CHAOS_LASTS + CALM_LASTS);
  const { history, tickets } = core;
  const broken = [...holds.broken, ...(await brokenPromises({ keys, toy, history, tickets, told }))];
  return { seed, broken, trace: scheduler.trace };
}

class UnknownError extends Error {}

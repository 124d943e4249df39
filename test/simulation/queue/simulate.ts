/** One seeded run of the queue, the history and a toy controller through faults of every kind, and then to rest. */
import { TransientError } from '#core/errors.ts';
import { MINUTE, SECOND, type Instant, type Millis } from '#core/time.ts';
import { createMemoryCursorStore } from '#shared/history/memory-cursor-store.ts';
import { createMemoryRunHistory } from '#shared/history/memory-run-history.ts';
import type { EventBus, ObjectKey, ReleaseEvent, WorkMessage, WorkSender } from '#shared/ports.ts';
import { createMemoryTicketStore } from '#shared/queue/memory-ticket-store.ts';
import { createTicketQueue } from '#shared/queue/ticket-queue.ts';
import { BUGS, type Bug, type Core } from './bugs.ts';
import { CALM, CHAOS, createProcess, deliveries, type Process, type Weather } from '../faults.ts';
import { brokenPromises, createHoldWatch } from './invariants.ts';
import { redriveParked, tick, UnknownError, work, type PassWatch, type View } from './programs.ts';
import { createRandom } from '../random.ts';
import { createScheduler } from '../scheduler.ts';
import { createToy } from './toy.ts';

const START: Instant = Date.UTC(2026, 0, 1);
const HOLD: Millis = MINUTE;
const VISIBILITY: Millis = 90 * SECOND;
const MAX_RECEIVES = 5;
const CHAOS_ENDS: Instant = START + 20 * MINUTE;
/** Enough for the latest message, a hop, a lost hold and their rescues. */
const ALL_ENDS: Instant = CHAOS_ENDS + 60 * MINUTE;
/** Changes come in bursts: the next one while the one before is worked on. */
const BURSTS = 12;

export interface Outcome {
  readonly seed: number;
  readonly broken: readonly string[];
  readonly trace: readonly string[];
}

export async function simulate(seed: number, bug?: Bug): Promise<Outcome> {
  const world = aWorld(seed, bug);
  world.populate();
  await world.scheduler.runUntil(CHAOS_ENDS);
  world.weather.current = CALM;
  await world.scheduler.runUntil(ALL_ENDS);
  return { seed, broken: await world.brokenPromises(), trace: world.scheduler.trace };
}

function aWorld(seed: number, bug: Bug | undefined) {
  const random = createRandom(seed);
  const scheduler = createScheduler(START);
  const weather: Weather = { current: CHAOS };
  const toy = createToy(['red', 'green', 'blue', 'gold']);
  const keys = toy.names.map((name): ObjectKey => ({ cluster: 'toy', kind: 'Rollout', namespace: 'sim', name }));
  const cursors = createMemoryCursorStore();
  const holds = createHoldWatch();
  const told: ReleaseEvent[] = [];
  let processes = 0;

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
  const sound: Core = {
    tickets: createMemoryTicketStore(),
    history: createMemoryRunHistory(),
    queueOf: (store) => createTicketQueue({ store, sender, clock: scheduler, hold: HOLD }),
  };
  const core = bug === undefined ? sound : BUGS[bug](sound);
  const watch: PassWatch = {
    begins(claim) {
      holds.claimed(claim, scheduler.now());
      if (random.chance(weather.current.refuse)) throw new UnknownError(`pass ${claim.seq}`);
    },
    ends: (claim) => holds.over(claim),
  };

  /** Start a process of its own. @returns undefined when it crashed */
  async function run<T>(kind: string, program: (view: View) => Promise<T>): Promise<T | undefined> {
    processes += 1;
    const process = createProcess(`${kind}-${processes}`, scheduler, random, weather);
    const result = await process.run(() => program(viewOf(process)));
    scheduler.note(`${process.name} ends`);
    return result;
  }

  function viewOf(process: Process): View {
    return {
      clock: scheduler,
      queue: process.plug('queue', core.queueOf(process.plug('tickets', core.tickets))),
      history: process.plug('history', core.history),
      cursors: process.plug('cursors', cursors),
      bus: process.plug('bus', bus),
      cluster: process.plug('cluster', toy.cluster),
    };
  }

  function deliver(message: WorkMessage, after: Millis, receives: number): void {
    scheduler.spawn(async () => {
      const outcome = await run('worker', (view) => work(message, view, watch));
      scheduler.note(`${message.request.name} ${message.seq}: ${outcome ?? 'dead'}`);
      if (outcome !== 'done' && receives < MAX_RECEIVES) deliver(message, VISIBILITY, receives + 1);
    }, after);
  }

  async function everyMinute(): Promise<void> {
    await run('tick', (view) => tick(view, keys));
    if (weather.current === CALM) await run('person', redriveParked);
  }

  /** Somebody changes an object: the tick's watch finds it, or a webhook says so, again and again until it is heard. */
  async function change(key: ObjectKey): Promise<void> {
    const watched = random.chance(0.4);
    toy.ask(key.name, watched);
    let heard = watched;
    while (!heard) {
      heard = (await run('webhook', ({ queue }) => queue.add(key, scheduler.now()).then(() => true))) ?? false;
      if (!heard) await scheduler.sleep(10 * SECOND);
    }
  }

  return {
    scheduler,
    weather,
    brokenPromises: async () => [
      ...holds.broken,
      ...(await brokenPromises({ keys, toy, history: core.history, tickets: core.tickets, told })),
    ],
    populate(): void {
      for (let at = START; at < ALL_ENDS; at += MINUTE) scheduler.spawn(everyMinute, at - START);
      for (let left = BURSTS; left > 0; left--) {
        const key = random.pick(keys);
        const begin = random.between(0, CHAOS_ENDS - START);
        for (let length = random.between(1, 4); length > 0; length--) {
          scheduler.spawn(() => change(key), begin + random.between(0, 5 * SECOND));
        }
      }
    },
  };
}

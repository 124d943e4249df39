/** One seeded run of the whole of Weir through faults of every kind, and then to rest. */
import { MINUTE, SECOND, type Instant } from '#core/time.ts';
import { CALM, type Faults } from '../faults.ts';
import { createRandom } from '../random.ts';
import { createScheduler } from '../scheduler.ts';
import type { Bug } from './bugs.ts';
import { CONSUMERS, tick } from './functions.ts';
import { createPeople, type Deed } from './people.ts';
import { atRest } from './promises.ts';
import { aScenario } from './scenario.ts';
import { createSystem, START, type System } from './system.ts';

const FAULTS_BEGIN: Instant = START + MINUTE;
const FAULTS_END: Instant = START + 11 * MINUTE;
/** Enough for the latest message, a progress deadline, an analysis and the sweep after all of them. */
const ALL_ENDS: Instant = FAULTS_END + 24 * MINUTE;
const CHAOS: Faults = { crash: 0.004, freeze: 0.002, slow: 0.15, duplicate: 0.1, late: 0.04, refuse: 0.02 };

export interface Outcome {
  readonly seed: number;
  readonly broken: readonly string[];
  readonly trace: readonly string[];
}

export async function simulateWhole(seed: number, bug?: Bug): Promise<Outcome> {
  const random = createRandom(seed * 7919);
  const scheduler = createScheduler(START);
  const scenario = aScenario(random);
  scheduler.note(JSON.stringify(scenario));
  const system = createSystem({ random, scheduler, scenario, bug, consumers: CONSUMERS });
  const people = createPeople(system);
  for (let at = START; at < ALL_ENDS; at += MINUTE) scheduler.spawn(() => everyMinute(system, people), at - START);
  await system.apply();
  await scheduler.runUntil(FAULTS_BEGIN);
  system.observer.begin();
  system.weather.current = CHAOS;
  planDeeds(system, people);
  planWeather(system);
  await scheduler.runUntil(FAULTS_END);
  system.weather.current = CALM;
  system.outage.current = false;
  system.busDown.current = false;
  system.skews.fill(0);
  scheduler.note('faults have stopped');
  await scheduler.runUntil(ALL_ENDS);
  await atRest(system);
  return { seed, broken: [...new Set(system.observer.broken)], trace: scheduler.trace };
}

type People = ReturnType<typeof createPeople>;

async function everyMinute(system: System, people: People): Promise<void> {
  await system.run('tick', tick);
  if (system.weather.current === CALM) await people.repair();
}

const DEEDS: readonly Deed[] = [
  'release',
  'release',
  'sync',
  'promote',
  'promote',
  'promote',
  'click promote',
  'click promote',
  'click abort',
  'abort',
  'retry',
  'pause',
  'undo',
  'full',
  'alert',
  'alert',
  'kubectl promote',
  'kubectl abort',
  'kubectl set image',
];

function planDeeds({ random, scheduler }: System, people: People): void {
  scheduler.spawn(() => people.perform('release'));
  for (let left = random.between(5, 12); left > 0; left--) {
    const deed = random.pick(DEEDS);
    scheduler.spawn(() => people.perform(deed), random.between(0.2, 9.5) * MINUTE);
  }
}

/** Outages that come and go, clocks that are off and step. */
function planWeather({ random, scheduler, outage, busDown, skews, store }: System): void {
  for (const state of [outage, busDown]) {
    if (random.chance(0.5)) continue;
    const begin = random.between(0, 8) * MINUTE;
    scheduler.spawn(async () => void (state.current = true), begin);
    scheduler.spawn(async () => void (state.current = false), begin + random.between(0.3, 4) * MINUTE);
  }
  if (random.chance(0.3)) scheduler.spawn(async () => store.compact(), random.between(0, 9) * MINUTE);
  if (random.chance(0.5)) return;
  const largest = random.chance(0.2) ? 5 * MINUTE : 2 * SECOND;
  for (let step = 0; step < 3; step++) {
    const host = Math.floor(random.next() * skews.length);
    const skew = random.between(-largest, largest);
    scheduler.spawn(async () => void (skews[host] = skew), step * 3 * MINUTE);
  }
}

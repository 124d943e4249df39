/** One seeded run of the whole of Weir through faults of every kind, and then to rest. */
import { MINUTE, SECOND, type Instant } from '#core/time.ts';
import { CALM, type Faults } from '../faults.ts';
import { createRandom } from '../random.ts';
import { createScheduler } from '../scheduler.ts';
import type { Bug } from './bugs.ts';
import { CONSUMERS, tick } from './functions.ts';
import { createPeople, type Deed } from './people.ts';
import { atRest } from './promises.ts';
import { watchPromptness } from './promptness.ts';
import { aScenario } from './scenario.ts';
import { createSystem, START, type System } from './system.ts';

const FAULTS_BEGIN: Instant = START + MINUTE;
const FAULTS_END: Instant = START + 11 * MINUTE;
/** People still work then, and all takes its time; what frozen workers hold is free again after some minutes. */
const FAIR_ENDS: Instant = FAULTS_END + 7 * MINUTE;
const PROMPT_FROM: Instant = FAULTS_END + 3 * MINUTE;
/** Enough for the latest message, a progress deadline, an analysis and the sweep after all of them. */
const ALL_ENDS: Instant = FAIR_ENDS + 18 * MINUTE;
const CHAOS: Faults = {
  crash: 0.004,
  freeze: 0.002,
  slow: 0.15,
  duplicate: 0.1,
  late: 0.04,
  refuse: 0.02,
  stale: 0.01,
};
const FAIR: Faults = { ...CALM, slow: 0.5, duplicate: 0.1 };
/** EventBridge fires at least once, and now and then not at all. */
const TICK_AGAIN = 0.25;
const TICKS_AGAIN = 3;
const TICK_NEVER = 0.04;

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
  const promptness = watchPromptness(system, PROMPT_FROM, system.skewed);
  for (let at = START; at < ALL_ENDS; at += MINUTE) scheduler.spawn(() => everyMinute(system, people), at - START);
  await system.apply();
  await scheduler.runUntil(FAULTS_BEGIN);
  system.observer.begin();
  system.weather.current = CHAOS;
  planDeeds(system, people);
  planWeather(system);
  await scheduler.runUntil(FAULTS_END);
  clearUp(system);
  system.asks.countFrom(PROMPT_FROM + system.skewed.most);
  system.weather.current = FAIR;
  planWork(system, people);
  await scheduler.runUntil(FAIR_ENDS);
  promptness.look();
  system.asks.look();
  system.weather.current = CALM;
  await scheduler.runUntil(ALL_ENDS);
  await atRest(system);
  return { seed, broken: [...new Set(system.observer.broken)], trace: scheduler.trace };
}

function clearUp({ outage, busDown, slackDown, skews, deployment, scheduler }: System): void {
  for (const state of [outage, busDown, slackDown]) state.current = false;
  skews.fill(0);
  deployment.over();
  scheduler.note('faults have stopped');
}

type People = ReturnType<typeof createPeople>;

async function everyMinute({ random, run, scheduler, weather }: System, people: People): Promise<void> {
  const repairs = weather.current !== CHAOS;
  for (let again = weather.current === CALM ? 0 : TICKS_AGAIN; again > 0; again--) {
    if (random.chance(TICK_AGAIN)) scheduler.spawn(() => run('tick', tick), random.between(0, 12) * SECOND);
  }
  if (repairs || !random.chance(TICK_NEVER)) await run('tick', tick);
  if (repairs) await people.repair();
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
  'edit',
  'edit',
  'analysis',
];
/** What people do when all is well again. */
const WORK: readonly Deed[] = ['release', 'promote', 'click promote', 'abort', 'retry', 'edit'];

function planDeeds({ random, scheduler }: System, people: People): void {
  scheduler.spawn(() => people.perform('release'));
  for (let left = random.between(5, 12); left > 0; left--) {
    const deed = random.pick(DEEDS);
    scheduler.spawn(() => people.perform(deed), random.between(0.2, 9.5) * MINUTE);
  }
}

/** Edits meet the ticks and the passes that these begin. */
function planWork({ random, scheduler }: System, people: People): void {
  for (let minute = 0; minute < 5; minute++) {
    if (random.chance(0.5)) continue;
    const tick = minute * MINUTE;
    scheduler.spawn(() => people.perform('edit'), tick + random.between(0, 10) * SECOND);
    if (random.chance(0.5))
      scheduler.spawn(() => people.perform(random.pick(WORK)), tick + random.between(0, 50) * SECOND);
  }
}

/** Outages that come and go, clocks that are off and step. */
function planWeather({
  random,
  scheduler,
  outage,
  busDown,
  slackDown,
  skews,
  skewed,
  store,
  deployment,
}: System): void {
  for (const [what, state] of Object.entries({ outage, busDown, slackDown })) {
    if (random.chance(0.5)) continue;
    const begin = random.between(0, 8) * MINUTE;
    scheduler.note(`${what} from ${(begin / SECOND).toFixed(0)} s on`);
    scheduler.spawn(async () => void (state.current = true), begin);
    scheduler.spawn(async () => void (state.current = false), begin + random.between(0.3, 4) * MINUTE);
  }
  const versions = random.pick(['none', 'none', 'none', 'fewer fields', 'another schema'] as const);
  scheduler.note(`versions: ${versions}`);
  const rolls = random.between(0, 6) * MINUTE;
  scheduler.spawn(async () => deployment.begin(versions), versions === 'another schema' ? rolls : 0);
  if (versions === 'another schema') scheduler.spawn(async () => deployment.over(), rolls + 3 * MINUTE);
  if (random.chance(0.3))
    scheduler.spawn(
      async () => (scheduler.note('the cluster forgets its past'), store.compact()),
      random.between(0, 9) * MINUTE,
    );
  if (random.chance(0.5)) return;
  const largest = random.chance(0.2) ? 5 * MINUTE : 2 * SECOND;
  for (let step = 0; step < 3; step++) {
    const host = Math.floor(random.next() * skews.length);
    const skew = random.between(-largest, largest);
    skewed.most = Math.max(skewed.most, Math.abs(skew));
    scheduler.note(`clock ${host} will be off by ${skew.toFixed(0)} ms`);
    scheduler.spawn(async () => void (skews[host] = skew), step * 3 * MINUTE);
  }
}

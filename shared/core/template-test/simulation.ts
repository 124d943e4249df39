/** Virtual time: whatever is due next happens, until nothing is. The same cores decide as in a cluster. */
import { assessRun } from '../analysis/assess.ts';
import { isTerminating } from '../analysis/due.ts';
import { planMeasurements } from '../analysis/measure.ts';
import type { TakenReading } from '../analysis/measurement.ts';
import type { MeasurementTask } from '../analysis/reading.ts';
import type { Decision } from '../decision.ts';
import { isCompleted, type AnalysisRun, type Rollout } from '../resources/argo.ts';
import { decideRollout } from '../rollout/decide.ts';
import type { RolloutSnapshot } from '../rollout/snapshot.ts';
import { earliest, type Instant, type Millis } from '../time.ts';
import { askedQuery } from './asked-query.ts';
import { obey } from './obey.ts';
import { nextPod, podsAfter, withPods, type PodTimes } from './pods.ts';
import type { Start } from './start.ts';
import { answerOf, readingOf } from './readings.ts';
import { CaseProblem, type Manifests, type Order, type TestCase } from './test-case.ts';
import type { Frame, Measured, Refusal, Trace } from './trace.ts';
import { afterAction, withObject, type World } from './world.ts';

/** More passes at one instant than any decision needs to come to rest. */
const PASSES_AT_ONCE = 500;
/** More than a day of measurements every few seconds. */
const PASSES = 50_000;

export class Simulation {
  readonly #testCase: Pick<TestCase, 'results' | 'secrets'>;
  readonly #templates: Pick<RolloutSnapshot, 'analysisTemplates' | 'clusterAnalysisTemplates'>;
  readonly #start: Start;
  readonly #frames: Frame[] = [];
  readonly #measured: Measured[] = [];
  readonly #refusals: Refusal[] = [];
  /** When an object wants its next look; by name for runs. */
  readonly #due = new Map<string, Instant>();
  /** Measurements so far, by metric. */
  readonly #asked = new Map<string, number>();
  #orders: readonly Order[];
  #world: World;
  #pods: PodTimes;
  #now: Instant;
  #passes = 0;

  constructor(testCase: Pick<TestCase, 'results' | 'secrets'>, manifests: Manifests, start: Start) {
    this.#testCase = testCase;
    this.#templates = {
      analysisTemplates: manifests.templates,
      clusterAnalysisTemplates: manifests.clusterTemplates,
    };
    this.#start = start;
    this.#orders = start.orders.toSorted((a, b) => a.at - b.at);
    this.#world = start.world;
    this.#pods = start.pods;
    this.#now = start.now;
  }

  /** As time has left it. */
  get state(): Pick<Start, 'world' | 'pods'> {
    return { world: this.#world, pods: this.#pods };
  }

  /** @param until from the start; what happens later is not looked at */
  run(until: Millis): Trace {
    this.#wakeAll();
    let next: Instant | undefined = this.#now;
    while (next !== undefined && next <= this.#start.now + until && this.#passes < PASSES) {
      this.#now = next;
      this.#settle();
      next = this.#nextInstant();
    }
    return {
      startedAt: this.#start.now,
      frames: this.#frames,
      measured: this.#measured,
      refusals: this.#refusals,
      stoppedAt: next === undefined ? undefined : next - this.#start.now,
    };
  }

  #wakeAll(): void {
    if (this.#world.rollout !== undefined) this.#due.set(ROLLOUT, this.#now);
    for (const run of this.#world.runs) this.#due.set(run.metadata.name, this.#now);
  }

  #nextInstant(): Instant | undefined {
    const [order] = this.#orders;
    const ordered = order && this.#start.now + order.at;
    return earliest(...this.#due.values(), ordered, nextPod(this.#pods, this.#now));
  }

  /** All that happens at this instant. */
  #settle(): void {
    this.#obey();
    for (let count = 0; count < PASSES_AT_ONCE; count++) {
      this.#movePods();
      const name = [...this.#due].find(([, at]) => at <= this.#now)?.[0];
      if (name === undefined) return this.#frame();
      this.#due.delete(name);
      this.#pass(name);
    }
    throw new Error(`${PASSES_AT_ONCE} passes at ${this.#elapsed} ms, and still something moves: a bug of Weir`);
  }

  #pass(name: string): void {
    this.#passes += 1;
    const run = this.#world.runs.find(({ metadata }) => metadata.name === name);
    if (run !== undefined) this.#passRun(run);
    else if (name === ROLLOUT) this.#passRollout();
  }

  #passRollout(): void {
    const { rollout, replicaSets, services, runs } = this.#world;
    if (rollout === undefined) return;
    const seen = { replicaSets, services, analysisRuns: runs, pods: [], ...this.#templates };
    const decision = decideRollout({ now: this.#now, rollout, ...seen });
    this.#perform(decision);
    const { status } = decision;
    if (status !== undefined) this.#put({ ...this.#world.rollout!, status });
    const acted = decision.actions.length > 0 || status !== undefined;
    this.#lookAgain(ROLLOUT, acted ? 0 : decision.requeueAfter && Math.max(1, decision.requeueAfter));
  }

  #passRun(run: AnalysisRun): void {
    const { secrets } = this.#testCase;
    const plan = planMeasurements(run, secrets, this.#now);
    const readings = plan.state === 'ready' ? plan.tasks.map((task) => this.#read(task)) : [];
    const decision = assessRun({ now: this.#now, run, plan, readings });
    const after = decision.status === undefined ? run : { ...run, status: decision.status };
    if (after !== run) this.#put(after);
    for (const { task } of readings) this.#note(after, task);
    if (after !== run && this.#world.rollout !== undefined) this.#lookAgain(ROLLOUT, 0);
    // A metric that has decided the run ends the others with the next pass. analysis §7.2
    const cutShort = after !== run && isTerminating(after) && !isCompleted(after.status?.phase);
    this.#lookAgain(run.metadata.name, cutShort ? 0 : decision.requeueAfter);
  }

  #perform({ actions }: Decision<unknown>): void {
    for (const action of actions) {
      this.#world = afterAction(this.#world, action, this.#now);
      const object = action.type === 'create' ? action.object : action.type === 'patch' ? action.after : undefined;
      if (object?.kind === 'AnalysisRun') this.#lookAgain(object.metadata.name, 0);
    }
  }

  #read(task: MeasurementTask): TakenReading {
    const { name } = task.metric;
    const series = this.#testCase.results.get(name);
    if (series === undefined) {
      const hint = `say what it answers: results: {${name}: [1]}`;
      throw new CaseProblem(['results'], `metric "${name}" is measured, but results has nothing for it; ${hint}`);
    }
    const index = this.#asked.get(name) ?? 0;
    this.#asked.set(name, index + 1);
    const reading = readingOf(answerOf(series, index), task.metric, this.#now);
    return { task, reading, finishedAt: this.#now };
  }

  #note(run: AnalysisRun, { metric }: MeasurementTask): void {
    const result = run.status?.metricResults?.find(({ name }) => name === metric.name);
    const measurement = result?.measurements?.at(-1);
    if (measurement === undefined) return;
    const taken = { at: this.#elapsed, run: run.metadata.name, metric: metric.name };
    this.#measured.push({ ...taken, query: askedQuery(metric), measurement });
  }

  /** People act before anything else happens at that instant. */
  #obey(): void {
    const until = this.#elapsed;
    for (const order of this.#orders.filter(({ at }) => at <= until)) this.#order(order);
    this.#orders = this.#orders.filter(({ at }) => at > until);
  }

  #order(order: Order): void {
    if (this.#world.rollout === undefined) return;
    const outcome = obey(order, this.#world.rollout);
    if (outcome.state !== 'change') {
      this.#refusals.push({ at: this.#elapsed, order, ...outcome });
      return;
    }
    this.#put(outcome.rollout);
    this.#lookAgain(ROLLOUT, 0);
  }

  #movePods(): void {
    const { replicaSets } = this.#world;
    this.#pods = podsAfter(this.#pods, replicaSets, this.#start.readyAfter, this.#now);
    const counted = withPods(replicaSets, this.#pods, this.#now);
    if (counted === replicaSets) return;
    this.#world = { ...this.#world, replicaSets: counted };
    this.#lookAgain(ROLLOUT, 0);
  }

  #put(object: Rollout | AnalysisRun): void {
    this.#world = withObject(this.#world, object);
  }

  #lookAgain(name: string, after: Millis | undefined): void {
    if (after !== undefined) this.#due.set(name, Math.min(this.#now + after, this.#due.get(name) ?? Infinity));
  }

  #frame(): void {
    if (this.#frames.at(-1)?.world !== this.#world) this.#frames.push({ at: this.#elapsed, world: this.#world });
  }

  get #elapsed(): Millis {
    return this.#now - this.#start.now;
  }
}

/** No AnalysisRun has a name without a letter or digit. */
const ROLLOUT = '-';

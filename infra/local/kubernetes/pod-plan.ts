/** What becomes of a pod, known from its spec: which steps a kubelet would report, and when. Pure. */
import { parseDuration } from '#core/duration.ts';
import { SECOND, type Millis } from '#core/time.ts';
import { recordAt, recordsAt, type ApiObject, type Draft } from './objects.ts';

/** Says how long the containers of a pod run; else its `sleep N` says it. A Go duration. */
export const RUNS_FOR = 'stand-in.weir.dev/runs-for';
/** Says how they end; else their `exit N` says it. */
export const EXIT_CODE = 'stand-in.weir.dev/exit-code';

export interface KubeletOptions {
  /** From the creation of a pod to its containers' start (or failure to start). */
  readonly startDelay?: Millis;
  /** From the start to ready; a readiness probe's initialDelaySeconds come on top. */
  readonly readyDelay?: Millis;
  /** From the deletion of a pod to its end; never longer than its grace. */
  readonly stopDelay?: Millis;
  /** Besides `:bad` tags and names with does-not-exist or nonexistent. Read at each start of a pod, so it may change. */
  readonly badImages?: ReadonlySet<string>;
}

export type PodState = 'creating' | 'pull-error' | 'pull-back-off' | 'running' | 'ready' | 'crashed' | 'ended';

export interface PodStep {
  readonly state: PodState;
  /** From the pod's first sight on. */
  readonly after: Millis;
  /** Of a pod that has ended or crashed. */
  readonly exitCode?: number;
}

const DEFAULT_START: Millis = 500;
const DEFAULT_READY: Millis = 500;
const BACK_OFF: Millis = 2 * SECOND;
const DEFAULT_JOB: Millis = 1 * SECOND;

/** @returns the steps in order; the last one stays */
export function planOf(pod: ApiObject, options: KubeletOptions): readonly PodStep[] {
  const start = options.startDelay ?? DEFAULT_START;
  const isBad = containersOf(pod).some((container) => isBadImage(container, options));
  return [{ state: 'creating', after: 0 }, ...(isBad ? failedPull(start) : runOf(pod, start, options))];
}

function failedPull(start: Millis): readonly PodStep[] {
  return [
    { state: 'pull-error', after: start },
    { state: 'pull-back-off', after: start + BACK_OFF },
  ];
}

function runOf(pod: ApiObject, start: Millis, options: KubeletOptions): readonly PodStep[] {
  const ready = start + (options.readyDelay ?? DEFAULT_READY) + probeDelay(pod);
  const end = endOf(pod, start);
  const run: readonly PodStep[] = [
    { state: 'running', after: start },
    { state: 'ready', after: ready },
  ];
  return end === undefined ? run : [...run.filter((step) => step.after < end.after), end];
}

export function containersOf(pod: ApiObject): readonly Draft[] {
  return recordsAt(recordAt(pod, 'spec'), 'containers');
}

export function isBadImage(container: Readonly<Draft>, options: KubeletOptions): boolean {
  const image = typeof container['image'] === 'string' ? container['image'] : '';
  return /:bad\b|does-not-exist|nonexistent/.test(image) || options.badImages?.has(image) === true;
}

function probeDelay(pod: ApiObject): Millis {
  const delays = containersOf(pod).map((container) => recordAt(container, 'readinessProbe')['initialDelaySeconds']);
  return Math.max(0, ...delays.filter((delay) => typeof delay === 'number')) * SECOND;
}

/** A pod that runs for ever has no end; one that should and does not is restarted in vain. */
function endOf(pod: ApiObject, start: Millis): PodStep | undefined {
  const script = containersOf(pod).map(scriptOf).join('\n');
  const annotations = pod.metadata.annotations ?? {};
  const exit = annotations[EXIT_CODE] ?? /\bexit (\d+)/.exec(script)?.[1];
  const isOnce = recordAt(pod, 'spec')['restartPolicy'] !== 'Always';
  if (!isOnce && exit === undefined) return undefined;
  const after = start + (runsFor(annotations[RUNS_FOR]) ?? sleepOf(script) ?? DEFAULT_JOB);
  if (after === Number.POSITIVE_INFINITY) return undefined;
  return { state: isOnce ? 'ended' : 'crashed', after, exitCode: Number(exit ?? 0) };
}

function scriptOf(container: Readonly<Draft>): string {
  const { command, args } = container;
  return [command, args].flatMap((words) => (Array.isArray(words) ? words.map(String) : [])).join(' ');
}

function runsFor(text: string | undefined): Millis | undefined {
  const parsed = text === undefined ? undefined : parseDuration(text);
  return parsed?.ok === true ? parsed.ms : undefined;
}

/** All sleeps of a script, one after the other. */
function sleepOf(script: string): Millis | undefined {
  const sleeps = [...script.matchAll(/\bsleep (infinity|\d+(?:\.\d+)?)/g)].map(([, length]) =>
    length === 'infinity' ? Number.POSITIVE_INFINITY : Number(length) * SECOND,
  );
  return sleeps.length === 0 ? undefined : sleeps.reduce((sum, each) => sum + each, 0);
}

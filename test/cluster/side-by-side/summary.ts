/**
 * What a person or another program sees of a Rollout over time, without what must differ between two runs: times, uids,
 * resource versions, and how often one and the same state was written.
 */
import type { AnalysisRun, Rollout } from '#core/resources/argo.ts';
import type { KubernetesObject, ReplicaSet, Service } from '#core/resources/kubernetes.ts';
import type { Recording } from '../support/recorder.ts';

export interface Summary {
  readonly phases: readonly string[];
  readonly steps: readonly string[];
  readonly pauses: readonly string[];
  readonly hashes: readonly string[];
  readonly conditions: Readonly<Record<string, readonly string[]>>;
  /** ReplicaSet → the sizes that were asked of it. */
  readonly sizes: Readonly<Record<string, readonly number[]>>;
  readonly selectors: Readonly<Record<string, readonly string[]>>;
  readonly analysisRuns: Readonly<Record<string, unknown>>;
  readonly events: readonly string[];
  readonly end: unknown;
}

interface KubernetesEvent extends KubernetesObject {
  readonly type: string;
  readonly reason: string;
  readonly message: string;
  readonly involvedObject: { readonly kind: string; readonly name: string };
}

export function summaryOf(recording: Recording, name: string): Summary {
  const rollouts = recording.of<Rollout>('Rollout', name).filter(({ status }) => status !== undefined);
  const statuses = rollouts.map(({ status = {} }) => status);
  const belongsToIt = (other: string) => other.startsWith(`${name}-`);
  return {
    phases: changes(statuses.map(phaseOf)),
    steps: changes(statuses.map(({ currentStepIndex }) => `${currentStepIndex ?? 'none'}`)),
    pauses: changes(statuses.map(pausesOf)),
    hashes: changes(statuses.map(({ currentPodHash, stableRS }) => `${stableRS ?? ''} → ${currentPodHash ?? ''}`)),
    conditions: conditionsOf(statuses),
    sizes: turningPoints(
      byName(recording.all<ReplicaSet>('ReplicaSet'), belongsToIt, ({ spec }) => spec?.replicas ?? 1),
    ),
    selectors: byName(recording.all<Service>('Service'), belongsToIt, ({ spec }) =>
      JSON.stringify(spec?.selector ?? {}),
    ),
    analysisRuns: runsOf(recording, belongsToIt),
    events: eventsOf(recording, (other) => other === name || belongsToIt(other)),
    end: endOf(rollouts.at(-1)),
  };
}

/** Without repetitions. What goes to and fro (a, b, a, b) while pods come and go does so once: how often is chance. */
function changes<T>(values: readonly T[]): readonly T[] {
  const kept: T[] = [];
  for (const value of values) {
    if (value === kept.at(-1)) continue;
    if (kept.length >= 3 && value === kept.at(-2) && kept.at(-1) === kept.at(-3)) kept.pop();
    else kept.push(value);
  }
  return kept;
}

/** Which of its reasons a Progressing Rollout gives from one moment to the next depends on when it was looked at. */
function phaseOf({ phase = '', message = '' }: NonNullable<Rollout['status']>): string {
  return phase === 'Progressing' || message === '' ? phase : `${phase}: ${message}`;
}

function pausesOf({
  pauseConditions = [],
  controllerPause,
  abort,
  promoteFull,
}: NonNullable<Rollout['status']>): string {
  const words = [
    ...pauseConditions.map(({ reason }) => reason),
    ...(controllerPause === true ? ['controllerPause'] : []),
    ...(abort === true ? ['abort'] : []),
    ...(promoteFull === true ? ['promoteFull'] : []),
  ];
  return words.join(' ');
}

function conditionsOf(statuses: readonly NonNullable<Rollout['status']>[]): Record<string, readonly string[]> {
  const types = new Set(statuses.flatMap(({ conditions = [] }) => conditions.map(({ type }) => type)));
  const textOf = (type: string, { conditions = [] }: NonNullable<Rollout['status']>) => {
    const condition = conditions.find((one) => one.type === type);
    return condition === undefined ? 'absent' : `${condition.status} ${condition.reason}: ${condition.message}`;
  };
  return Object.fromEntries(
    [...types].toSorted().map((type) => [type, changes(statuses.map((status) => textOf(type, status)))]),
  );
}

function byName<T extends KubernetesObject, V>(
  objects: readonly T[],
  isWanted: (name: string) => boolean,
  valueOf: (object: T) => V,
): Record<string, readonly V[]> {
  const wanted = objects.filter(({ metadata }) => isWanted(metadata.name));
  const names = [...new Set(wanted.map(({ metadata }) => metadata.name))].toSorted();
  return Object.fromEntries(
    names.map((name) => [name, changes(wanted.filter(({ metadata }) => metadata.name === name).map(valueOf))]),
  );
}

/** By how many pods at a time a size moves depends on how fast pods become available; where it turns does not. */
function turningPoints(sizes: Readonly<Record<string, readonly number[]>>): Record<string, readonly number[]> {
  const turns = (values: readonly number[]) =>
    values.filter((value, index) => {
      const [before, after] = [values[index - 1], values[index + 1]];
      return before === undefined || after === undefined || value > before !== after > value;
    });
  return Object.fromEntries(Object.entries(sizes).map(([name, values]) => [name, turns(values)]));
}

function runsOf(recording: Recording, isWanted: (name: string) => boolean): Record<string, unknown> {
  const runs = recording.all<AnalysisRun>('AnalysisRun').filter(({ metadata }) => isWanted(metadata.name));
  const names = [...new Set(runs.map(({ metadata }) => metadata.name))].toSorted();
  return Object.fromEntries(
    names.map((name) => {
      const versions = runs.filter(({ metadata }) => metadata.name === name);
      const last = versions.at(-1);
      const phases = changes(versions.map(({ status = {} }) => `${status.phase ?? ''}: ${status.message ?? ''}`));
      return [
        name,
        { phases, labels: last?.metadata.labels, spec: withoutEmpty(last?.spec), results: resultsOf(last) },
      ];
    }),
  );
}

/** How many measurements a background run takes until it is ended is chance, and so is how many of them are kept. */
function resultsOf(run: AnalysisRun | undefined): readonly unknown[] {
  const isBackground = run?.metadata.labels?.['rollout-type'] === 'Background';
  const chance = isBackground ? ['measurements', 'count', 'successful', 'consecutiveSuccess'] : ['measurements'];
  return (run?.status?.metricResults ?? []).map((result) =>
    Object.fromEntries(Object.entries(result).filter(([member]) => !chance.includes(member))),
  );
}

/** Argo's types write some members that nobody has set: `authentication: {oauth2: {}, sigv4: {}}`. */
function withoutEmpty(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutEmpty);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).map(([name, member]) => [name, withoutEmpty(member)] as const);
  return Object.fromEntries(members.filter(([, member]) => JSON.stringify(member) !== '{}'));
}

/** Sorted: of two that come together, either may be first. By how many pods a ReplicaSet is scaled at a time is chance. */
/** Whether a controller looks while a run runs, or only when it has ended, is chance. */
function whateverTheMoment(event: string): readonly string[] {
  if (event.includes("Status New: 'Running'")) return [];
  return [event.replace(/Status New: '(\w+)' Previous: '(?:Running)?'/, "Status New: '$1' Previous: …")];
}

function eventsOf(recording: Recording, isWanted: (name: string) => boolean): readonly string[] {
  const events = recording
    .all<KubernetesEvent>('Event')
    .filter(({ involvedObject: { kind, name } }) => ['Rollout', 'AnalysisRun'].includes(kind) && isWanted(name))
    .map(
      ({ type, reason, message, involvedObject }) =>
        `${involvedObject.kind} ${type} ${reason}: ${message.replace(/ from \d+ to \d+$/, '')}`,
    );
  return [...new Set(events.flatMap(whateverTheMoment))].toSorted();
}

function endOf(rollout: Rollout | undefined): unknown {
  if (rollout?.status === undefined) return undefined;
  const { metadata, status } = rollout;
  const { observedGeneration, conditions = [], ...rest } = status;
  return withoutTimes({
    annotations: metadata.annotations,
    labels: metadata.labels,
    // Argo writes the spec anew with its defaults, and with that another generation; Weir patches what it changes.
    isObserved: observedGeneration === String(metadata.generation),
    conditions: conditions.toSorted((a, b) => a.type.localeCompare(b.type)),
    status: withoutEmpty(rest),
  });
}

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;

/** `abort: false`, as the retry verb writes it, is no abort. */
function withoutTimes(value: unknown): unknown {
  const text = JSON.stringify(value, (_, member: unknown) => {
    if (member === false) return undefined;
    return typeof member === 'string' && TIME.test(member) ? 'time' : member;
  });
  return JSON.parse(text) as unknown;
}

/**
 * What a person or another program sees of a Rollout over time, without what differs between two runs of one and the same
 * controller: times, uids, resource versions, and what is chance.
 *
 * A controller looks at its pods at moments of its own. What lasts until somebody acts (a person, a timer, an analysis, the controller
 * itself) it cannot miss: it is compared, in its order, and where a person acts and at the end the whole Rollout is compared. What
 * begins and ends with pods that come and go, one may see and the other not, or twice, or at another number of pods:
 *
 * - Progressing for the reasons that are about pods on their way (PASSING): left out; with another text it would be compared.
 * - Dips: the phase Progressing, and Available and Healthy False, between two equal states of one version.
 * - How often one and the same state was written, and how many pods a ReplicaSet is scaled by at a time.
 * - What a run stood at when the Rollout's controller looked; how many measurements a background run takes until it is ended.
 * - Which Events came first, how often, and whether client-go has combined those of one reason.
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
  /** The whole, at each move. */
  readonly standing: readonly unknown[];
  readonly end: unknown;
}

interface KubernetesEvent extends KubernetesObject {
  readonly type: string;
  readonly reason: string;
  readonly message: string;
  readonly involvedObject: { readonly kind: string; readonly name: string };
}

export function summaryOf(recording: Recording, name: string, stood: readonly Rollout[]): Summary {
  const rollouts = recording.of<Rollout>('Rollout', name).filter(({ status }) => status !== undefined);
  const statuses = rollouts.map(({ status = {} }) => status);
  const belongsToIt = (other: string) => other.startsWith(`${name}-`);
  return {
    phases: phasesOf(statuses),
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
    standing: stood.map(wholeOf),
    end: wholeOf(rollouts.at(-1)),
  };
}

/** Without repetitions. */
function changes<T>(values: readonly T[]): readonly T[] {
  return values.filter((value, index) => index === 0 || value !== values[index - 1]);
}

/** Of a, dip, a only a is left. */
function withoutDips(values: readonly string[], isDip: (value: string) => boolean): readonly string[] {
  const kept: string[] = [];
  for (const value of changes(values)) {
    if (value === kept.at(-2) && isDip(kept.at(-1) ?? '')) kept.pop();
    else kept.push(value);
  }
  return kept;
}

function phasesOf(statuses: readonly NonNullable<Rollout['status']>[]): readonly string[] {
  const ofVersions = statuses.map((status) => `${status.currentPodHash ?? ''} ${phaseOf(status)}`);
  const lasting = withoutDips(ofVersions, (text) => text.endsWith(' Progressing'));
  return changes(lasting.map((text) => text.slice(text.indexOf(' ') + 1)));
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

const PASSING = [
  /^True ReplicaSetUpdated: (ReplicaSet|Rollout) "[^"]+" is progressing\.$/,
  /^True ReplicaSetNotAvailable: Rollout does not have minimum availability$/,
];
const DIPS = [
  'False AvailableReason: Rollout does not have minimum availability',
  'False RolloutHealthy: Rollout is not healthy',
];

function conditionsOf(statuses: readonly NonNullable<Rollout['status']>[]): Record<string, readonly string[]> {
  const types = new Set(statuses.flatMap(({ conditions = [] }) => conditions.map(({ type }) => type)));
  const textOf = (type: string, { conditions = [] }: NonNullable<Rollout['status']>) => {
    const condition = conditions.find((one) => one.type === type);
    return condition === undefined ? 'absent' : `${condition.status} ${condition.reason}: ${condition.message}`;
  };
  const textsOf = (type: string) => statuses.map((status) => textOf(type, status)).filter(isLasting);
  const isLasting = (text: string) => !PASSING.some((pattern) => pattern.test(text));
  return Object.fromEntries(
    [...types].toSorted().map((type) => [type, withoutDips(textsOf(type), (text) => DIPS.includes(text))]),
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

/** Whether a controller looks while a run runs, or only when it has ended, is chance. */
function whateverTheMoment(event: string): readonly string[] {
  if (event.includes("Status New: 'Running'")) return [];
  return [
    event
      .replace(/Status New: '(\w+)' Previous: '\w*'/, "Status New: '$1' Previous: …")
      .replace('(combined from similar events): ', '')
      .replace(/ from \d+ to \d+$/, ''),
  ];
}

/** Sorted: of two that come together, either may be first. */
function eventsOf(recording: Recording, isWanted: (name: string) => boolean): readonly string[] {
  const events = recording
    .all<KubernetesEvent>('Event')
    .filter(({ involvedObject: { kind, name } }) => ['Rollout', 'AnalysisRun'].includes(kind) && isWanted(name))
    .map(({ type, reason, message, involvedObject }) => `${involvedObject.kind} ${type} ${reason}: ${message}`);
  return [...new Set(events.flatMap(whateverTheMoment))].toSorted();
}

function wholeOf(rollout: Rollout | undefined): unknown {
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

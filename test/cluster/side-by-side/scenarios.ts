/**
 * What is done to a Rollout, step by step: the same manifests and the same hands under both controllers.
 *
 * A move is made, and a scenario ends, where the controller can do nothing more by itself: no pod is still to come or to go, no
 * timer runs. A timer must not run against pods or measurements either; who comes first would be chance on a busy machine. And
 * of one Rollout there are at most two dozen Events, repetitions included: client-go drops the rest.
 */
import type {
  AnalysisRun,
  AnalysisTemplate,
  BlueGreenStrategy,
  CanaryStep,
  CanaryStrategy,
  Rollout,
} from '#core/resources/argo.ts';
import { ARGO_API_VERSION } from '#core/resources/argo.ts';
import type { NewObject, PodTemplate, Service } from '#core/resources/kubernetes.ts';
import { podTemplateHash } from '#core/rollout/hash.ts';
import type { JsonObject } from '#core/json.ts';
import type { Recording } from '../support/recorder.ts';

/** What the hands do: patches, as kubectl and its plugin write them (rollout-engine.md §18). */
export type Act =
  | { readonly patch: JsonObject }
  | { readonly patchStatus: JsonObject }
  | { readonly create: readonly NewObject[] }
  /** From now on this query has this value. */
  | { readonly metric: string; readonly answers: number }
  | { readonly wait: number };

export interface Move {
  /** Until then nothing is done. */
  readonly when: (rollout: Rollout, recording: Recording) => boolean;
  readonly then: readonly Act[];
}

export interface Scenario {
  readonly name: string;
  readonly given: string;
  readonly objects: readonly NewObject[];
  readonly moves: readonly Move[];
  readonly ends: Move['when'];
}

// --- objects -----------------------------------------------------------------------------------------------------------

function template(name: string, version: string, image = `app:${version}`): PodTemplate {
  return { metadata: { labels: { app: name } }, spec: { containers: [{ name: 'app', image }] } };
}

function rollout(name: string, strategy: object, more: object = {}): NewObject<Rollout> {
  const spec = {
    replicas: 3,
    selector: { matchLabels: { app: name } },
    template: template(name, 'v1'),
    strategy,
    ...more,
  };
  return {
    apiVersion: ARGO_API_VERSION,
    kind: 'Rollout',
    metadata: { name, namespace: '{{namespace}}' },
    spec,
  };
}

export function canary(
  name: string,
  steps: readonly CanaryStep[],
  more: Partial<CanaryStrategy> = {},
  spec: object = {},
) {
  return rollout(name, { canary: { steps: [...steps], ...more } }, spec);
}

export function blueGreen(
  name: string,
  settings: Partial<BlueGreenStrategy> = {},
  spec: object = {},
): readonly NewObject[] {
  const services = { activeService: `${name}-active`, previewService: `${name}-preview` };
  const ofRollout = rollout(name, { blueGreen: { ...services, ...settings } }, spec);
  return [...Object.values(services).map((service) => aService(service, name)), ofRollout];
}

function aService(name: string, app: string): NewObject<Service> {
  const spec = { selector: { app }, ports: [{ port: 80, targetPort: 8080 }] };
  return { apiVersion: 'v1', kind: 'Service', metadata: { name, namespace: '{{namespace}}' }, spec };
}

/** @param value what the metric answers: 1 is good, 0 bad, 0.5 neither  */
export function analysisTemplate(name: string, value: string, metric: object = {}): NewObject<AnalysisTemplate> {
  const prometheus = { address: '{{prometheus}}', query: value };
  const conditions = { successCondition: 'result[0] >= 0.9', failureCondition: 'result[0] < 0.1' };
  const metrics = [{ name: 'quality', ...conditions, provider: { prometheus }, ...metric }];
  return {
    apiVersion: ARGO_API_VERSION,
    kind: 'AnalysisTemplate',
    metadata: { name, namespace: '{{namespace}}' },
    spec: { metrics },
  };
}

/** A query whose value changes in the course of a scenario. */
const TURNING = 'quality{namespace="{{namespace}}"}';

const inline = (templateName: string): CanaryStep => ({ analysis: { templates: [{ templateName }] } });
const setWeight = (weight: number): CanaryStep => ({ setWeight: weight });
const pause = (duration?: string | number): CanaryStep => ({ pause: duration === undefined ? {} : { duration } });

// --- acts --------------------------------------------------------------------------------------------------------------

export const newVersion = (name: string, version: string, image?: string, more: JsonObject = {}) => ({
  patch: { spec: { template: template(name, version, image) as unknown as JsonObject, ...more } },
});
const abort: Act = { patchStatus: { abort: true } };
const retry: Act = { patchStatus: { abort: false } };
const promote: Act = { patchStatus: { pauseConditions: null } };
const unpause: Act = { patch: { spec: { paused: false } } };
const promoteFull: Act = { patchStatus: { promoteFull: true } };

// --- states ------------------------------------------------------------------------------------------------------------

/** The status is about the spec as it is: also while the annotations of a new revision stand beside the status of the old. */
const observed = ({ metadata, spec, status }: Rollout): boolean =>
  status?.observedGeneration === String(metadata.generation) &&
  [undefined, podTemplateHash(spec.template)].includes(status.currentPodHash);
const phase =
  (wanted: string) =>
  (rollout: Rollout): boolean =>
    observed(rollout) && rollout.status?.phase === wanted;
const healthy = phase('Healthy');
const degraded = phase('Degraded');
/** Nothing is left of the new version, and all of the stable one is there. */
const rolledBack = (rollout: Rollout): boolean => {
  const { replicas, availableReplicas, updatedReplicas = 0 } = rollout.status ?? {};
  const isWhole = replicas === rollout.spec.replicas && availableReplicas === rollout.spec.replicas;
  return degraded(rollout) && isWhole && updatedReplicas === 0;
};
/** The conditions say so too: both controllers write them in the pass after. */
const paused = (rollout: Rollout): boolean => {
  const has = (wanted: string) =>
    rollout.status?.conditions?.some(({ type, status, reason }) => `${type} ${status} ${reason}` === wanted);
  return (
    phase('Paused')(rollout) &&
    has('Paused True RolloutPaused') === true &&
    has('Progressing Unknown RolloutPaused') === true
  );
};
const pausedAt =
  (step: number) =>
  (rollout: Rollout): boolean =>
    paused(rollout) && rollout.status?.currentStepIndex === step;
/** Healthy with the hash of another template than the one it began with. */
const healthyAgain = (rollout: Rollout): boolean =>
  healthy(rollout) && Number(rollout.metadata.annotations?.['rollout.argoproj.io/revision'] ?? 0) > 1;
const revisionAt =
  (revision: number, then: (rollout: Rollout) => boolean) =>
  (rollout: Rollout): boolean =>
    rollout.metadata.annotations?.['rollout.argoproj.io/revision'] === String(revision) && then(rollout);
const pausedByOwner = (rollout: Rollout): boolean => paused(rollout) && rollout.status?.message === 'manually paused';
const measured = (recording: Recording, run: string): boolean =>
  recording
    .all<AnalysisRun>('AnalysisRun')
    .some(({ metadata, status }) => metadata.name.startsWith(run) && (status?.metricResults?.[0]?.count ?? 0) > 0);
/** Healthy, and what was before has gone after its delay. */
const aloneAgain = (rollout: Rollout): boolean =>
  healthyAgain(rollout) && rollout.status?.replicas === rollout.spec.replicas;

// --- scenarios ---------------------------------------------------------------------------------------------------------

export const SCENARIOS: readonly Scenario[] = [
  {
    name: 'canary-pauses',
    given: 'a canary with weights, a pause of 2 s and one without an end, promoted',
    objects: [canary('canary-pauses', [setWeight(34), pause('2s'), setWeight(67), pause()])],
    moves: [
      { when: healthy, then: [newVersion('canary-pauses', 'v2')] },
      { when: pausedAt(3), then: [promote] },
    ],
    ends: healthyAgain,
  },
  {
    name: 'canary-no-steps',
    given: 'a canary without steps',
    objects: [rollout('canary-no-steps', { canary: {} })],
    moves: [{ when: healthy, then: [newVersion('canary-no-steps', 'v2')] }],
    ends: healthyAgain,
  },
  {
    name: 'canary-abort',
    given: 'a canary that is aborted, tried again and promoted in full',
    objects: [canary('canary-abort', [setWeight(50), pause(), setWeight(67), pause()], {}, { replicas: 2 })],
    moves: [
      { when: healthy, then: [newVersion('canary-abort', 'v2')] },
      { when: pausedAt(1), then: [abort] },
      { when: rolledBack, then: [retry] },
      { when: pausedAt(1), then: [promoteFull] },
    ],
    ends: healthyAgain,
  },
  {
    name: 'canary-superseded',
    given: 'a third version in the middle of the second',
    objects: [canary('canary-superseded', [setWeight(50), pause()], {}, { replicas: 2 })],
    moves: [
      { when: healthy, then: [newVersion('canary-superseded', 'v2')] },
      { when: pausedAt(1), then: [newVersion('canary-superseded', 'v3')] },
      { when: revisionAt(3, pausedAt(1)), then: [promote] },
    ],
    ends: revisionAt(3, healthy),
  },
  {
    name: 'canary-back',
    given: 'the stable version again in the middle of a new one',
    objects: [canary('canary-back', [setWeight(34), pause()])],
    moves: [
      { when: healthy, then: [newVersion('canary-back', 'v2')] },
      { when: pausedAt(1), then: [newVersion('canary-back', 'v1')] },
    ],
    ends: revisionAt(3, healthy),
  },
  {
    name: 'canary-scaled',
    given: 'another number of replicas in the middle of a release',
    objects: [canary('canary-scaled', [setWeight(50), pause()], {}, { replicas: 2 })],
    moves: [
      { when: healthy, then: [newVersion('canary-scaled', 'v2')] },
      { when: pausedAt(1), then: [{ patch: { spec: { replicas: 6 } } }] },
      { when: (r) => pausedAt(1)(r) && r.status?.availableReplicas === 6, then: [promote] },
    ],
    ends: healthyAgain,
  },
  {
    name: 'inline-good',
    given: 'an analysis as a step that succeeds',
    objects: [
      analysisTemplate('inline-good-t', 'good', { count: 2, interval: '1s' }),
      canary('inline-good', [setWeight(34), inline('inline-good-t')]),
    ],
    moves: [{ when: healthy, then: [newVersion('inline-good', 'v2')] }],
    ends: healthyAgain,
  },
  {
    name: 'inline-bad',
    given: 'an analysis as a step that fails',
    objects: [analysisTemplate('inline-bad-t', 'bad'), canary('inline-bad', [setWeight(34), inline('inline-bad-t')])],
    moves: [{ when: healthy, then: [newVersion('inline-bad', 'v2')] }],
    ends: rolledBack,
  },
  {
    name: 'inline-unsure',
    given: 'an analysis as a step that is neither good nor bad, promoted by a person',
    objects: [
      analysisTemplate('inline-unsure-t', 'unsure'),
      canary('inline-unsure', [setWeight(34), inline('inline-unsure-t')]),
    ],
    moves: [
      { when: healthy, then: [newVersion('inline-unsure', 'v2')] },
      {
        when: paused,
        then: [{ patchStatus: { pauseConditions: null, controllerPause: false, currentStepIndex: 2 } }],
      },
    ],
    ends: healthyAgain,
  },
  {
    name: 'background-good',
    given: 'a background analysis that never fails',
    objects: [
      analysisTemplate('background-good-t', 'good', { interval: '1s' }),
      canary('background-good', [setWeight(34), pause()], {
        analysis: { templates: [{ templateName: 'background-good-t' }] },
      }),
    ],
    moves: [
      { when: healthy, then: [newVersion('background-good', 'v2')] },
      { when: (r, recording) => pausedAt(1)(r) && measured(recording, 'background-good'), then: [promote] },
    ],
    ends: healthyAgain,
  },
  {
    name: 'background-bad',
    given: 'a background analysis from the second step on, whose metric turns bad',
    objects: [
      analysisTemplate('background-bad-t', TURNING, { interval: '1s', failureLimit: 1 }),
      canary('background-bad', [setWeight(34), pause(), setWeight(67), pause()], {
        analysis: { templates: [{ templateName: 'background-bad-t' }], startingStep: 2 },
      }),
    ],
    moves: [
      { when: healthy, then: [{ metric: TURNING, answers: 1 }, newVersion('background-bad', 'v2')] },
      { when: pausedAt(1), then: [promote] },
      {
        when: (r, recording) => pausedAt(3)(r) && measured(recording, 'background-bad'),
        then: [{ metric: TURNING, answers: 0 }],
      },
    ],
    ends: rolledBack,
  },
  {
    name: 'missing-template',
    given: 'an analysis that names no template that is there, until it is',
    objects: [canary('missing-template', [setWeight(34), inline('missing-template-t')])],
    moves: [{ when: degraded, then: [{ create: [analysisTemplate('missing-template-t', 'good')] }] }],
    ends: healthy,
  },
  {
    name: 'missing-service',
    given: 'blue-green whose Services are not there, until they are',
    objects: [rollout('missing-service', { blueGreen: { activeService: 'missing-service-active' } })],
    moves: [{ when: degraded, then: [{ create: [aService('missing-service-active', 'missing-service')] }] }],
    ends: healthy,
  },
  {
    name: 'invalid-spec',
    given: 'a spec that cannot be: maxSurge and maxUnavailable both 0, put right',
    objects: [canary('invalid-spec', [setWeight(34)], { maxSurge: 0, maxUnavailable: 0 })],
    moves: [{ when: degraded, then: [{ patch: { spec: { strategy: { canary: { maxSurge: 1 } } } } }] }],
    ends: healthy,
  },
  {
    name: 'bg-auto',
    given: 'blue-green that switches by itself',
    objects: blueGreen('bg-auto', { scaleDownDelaySeconds: 3 }),
    moves: [{ when: healthy, then: [newVersion('bg-auto', 'v2')] }],
    ends: aloneAgain,
  },
  {
    name: 'bg-manual',
    given: 'blue-green that waits for a person',
    objects: blueGreen('bg-manual', { autoPromotionEnabled: false, scaleDownDelaySeconds: 3 }),
    moves: [
      { when: healthy, then: [newVersion('bg-manual', 'v2')] },
      { when: paused, then: [promote] },
    ],
    ends: aloneAgain,
  },
  {
    name: 'bg-abort',
    given: 'blue-green that is aborted before the switch and tried again',
    objects: blueGreen('bg-abort', { autoPromotionEnabled: false, abortScaleDownDelaySeconds: 2 }),
    moves: [
      { when: healthy, then: [newVersion('bg-abort', 'v2')] },
      { when: paused, then: [abort] },
      { when: rolledBack, then: [retry] },
    ],
    ends: paused,
  },
  {
    name: 'bg-pre-bad',
    given: 'blue-green whose analysis before the switch fails',
    objects: [
      analysisTemplate('bg-pre-bad-t', 'bad'),
      ...blueGreen('bg-pre-bad', {
        abortScaleDownDelaySeconds: 2,
        prePromotionAnalysis: { templates: [{ templateName: 'bg-pre-bad-t' }] },
      }),
    ],
    moves: [{ when: healthy, then: [newVersion('bg-pre-bad', 'v2')] }],
    ends: rolledBack,
  },
  {
    name: 'bg-post-bad',
    given: 'blue-green whose analysis after the switch fails',
    objects: [
      analysisTemplate('bg-post-bad-t', 'bad'),
      ...blueGreen('bg-post-bad', {
        abortScaleDownDelaySeconds: 2,
        postPromotionAnalysis: { templates: [{ templateName: 'bg-post-bad-t' }] },
      }),
    ],
    moves: [{ when: healthy, then: [newVersion('bg-post-bad', 'v2')] }],
    ends: rolledBack,
  },
  {
    name: 'bg-both-good',
    given: 'blue-green with good analyses before and after the switch',
    objects: [
      analysisTemplate('bg-both-good-t', 'good'),
      ...blueGreen('bg-both-good', {
        scaleDownDelaySeconds: 2,
        prePromotionAnalysis: { templates: [{ templateName: 'bg-both-good-t' }] },
        postPromotionAnalysis: { templates: [{ templateName: 'bg-both-good-t' }] },
      }),
    ],
    moves: [{ when: healthy, then: [newVersion('bg-both-good', 'v2')] }],
    ends: aloneAgain,
  },
  {
    name: 'paused',
    given:
      'a Rollout that is paused by its owner in the middle of a release, promoted in vain, and again when it goes on',
    objects: [canary('paused', [setWeight(34), pause()])],
    moves: [
      { when: healthy, then: [newVersion('paused', 'v2')] },
      { when: pausedAt(1), then: [{ patch: { spec: { paused: true } } }] },
      { when: pausedByOwner, then: [promote] },
      { when: (r) => pausedByOwner(r) && r.status?.controllerPause === undefined, then: [unpause] },
      { when: (r) => pausedAt(1)(r) && !pausedByOwner(r), then: [promote] },
    ],
    ends: healthyAgain,
  },
  {
    name: 'paused-at-once',
    given: 'a new version that its owner pauses before it begins',
    objects: [canary('paused-at-once', [setWeight(34), pause('3s')])],
    moves: [
      { when: healthy, then: [newVersion('paused-at-once', 'v2', undefined, { paused: true })] },
      { when: pausedByOwner, then: [unpause] },
    ],
    ends: healthyAgain,
  },
  {
    name: 'deadline',
    given: 'pods that never become ready, past the deadline, and then an image that works',
    objects: [canary('deadline', [setWeight(34)])],
    moves: [
      { when: healthy, then: [newVersion('deadline', 'v2', 'app:does-not-exist', { progressDeadlineSeconds: 8 })] },
      {
        when: (r) => degraded(r) && r.status?.updatedReplicas === 1,
        then: [newVersion('deadline', 'v3', undefined, { progressDeadlineSeconds: 600 })],
      },
    ],
    ends: revisionAt(3, healthy),
  },
  {
    name: 'deadline-abort',
    given: 'pods that never become ready and progressDeadlineAbort',
    objects: [canary('deadline-abort', [setWeight(34)], {}, { progressDeadlineAbort: true })],
    moves: [
      {
        when: healthy,
        then: [newVersion('deadline-abort', 'v2', 'app:does-not-exist', { progressDeadlineSeconds: 8 })],
      },
    ],
    ends: (r) => rolledBack(r) && r.status?.abort === true,
  },
  {
    name: 'restarted',
    given: 'restartAt on a healthy Rollout',
    // One pod: with more, what is seen between two restarts is chance.
    objects: [canary('restarted', [setWeight(34)], {}, { replicas: 1 })],
    moves: [{ when: healthy, then: [{ wait: 2 }, { patch: { spec: { restartAt: '{{now}}' } } }] }],
    ends: (r) => healthy(r) && r.spec.restartAt !== undefined && r.status?.restartedAt === r.spec.restartAt,
  },
];

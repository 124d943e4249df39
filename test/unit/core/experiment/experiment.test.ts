import { describe, expect, it } from '@jest/globals';
import type { Action } from '#core/decision.ts';
import { decideExperiment } from '#core/experiment/decide.ts';
import { phaseOf } from '#core/experiment/phase.ts';
import type { ExperimentSnapshot } from '#core/experiment/snapshot.ts';
import type { ClusterAnalysisTemplate, Experiment, ExperimentStatus, Phase } from '#core/resources/argo.ts';
import { POD_TEMPLATE_HASH, SCALE_DOWN_DEADLINE } from '#core/resources/keys.ts';
import type { ReplicaSet, Service } from '#core/resources/kubernetes.ts';
import { formatTimestamp, SECOND } from '#core/time.ts';
import { aMetric, anAnalysisTemplate, aTemplate, NAMESPACE, T0 } from '../../../support/builders.ts';

type Spec = Partial<Experiment['spec']>;
type Template = NonNullable<Experiment['spec']['templates']>[number];

const TRIAL: Template = {
  name: 'trial',
  replicas: 2,
  selector: { matchLabels: { app: 'checkout' } },
  template: {
    ...aTemplate('v2'),
    spec: { containers: [{ name: 'app', image: 'app:v2', ports: [{ containerPort: 8080, name: 'http' }] }] },
  },
};

function anExperiment(spec: Spec = {}, status?: ExperimentStatus): Experiment {
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Experiment',
    metadata: { name: 'exp', namespace: NAMESPACE, uid: 'uid-exp' },
    spec: { templates: [TRIAL], ...spec },
    ...(status === undefined ? {} : { status }),
  };
}

function seeing(experiment: Experiment, more: Partial<ExperimentSnapshot> = {}): ExperimentSnapshot {
  const nothing = {
    replicaSets: [],
    services: [],
    analysisRuns: [],
    analysisTemplates: [],
    clusterAnalysisTemplates: [],
  };
  return { now: T0, experiment, ...nothing, ...more };
}

function madeIn(action: Action | undefined): ReplicaSet {
  return (action as unknown as { object: ReplicaSet }).object;
}

/** As the first pass makes it. */
function itsReplicaSet(size: number, available = size, annotations: Record<string, string> = {}): ReplicaSet {
  const [action] = decideExperiment(seeing(anExperiment())).actions;
  const made = madeIn(action);
  const metadata = { ...made.metadata, uid: 'uid-rs', annotations: { ...made.metadata.annotations, ...annotations } };
  const spec = { ...(made.spec as NonNullable<ReplicaSet['spec']>), replicas: size };
  return {
    ...made,
    metadata,
    spec,
    status: { replicas: size, readyReplicas: available, availableReplicas: available },
  };
}

const running = (more: Partial<ExperimentStatus> = {}): ExperimentStatus => ({
  phase: 'Running',
  availableAt: formatTimestamp(T0),
  templateStatuses: [
    { name: 'trial', status: 'Running', replicas: 2, updatedReplicas: 2, readyReplicas: 2, availableReplicas: 2 },
  ],
  ...more,
});

describe('given a new Experiment', () => {
  it('when it is first seen, then its ReplicaSet is made without pods and it is Pending', () => {
    const { actions, status, events } = decideExperiment(seeing(anExperiment()));
    const made = madeIn(actions[0]);
    const hash = made.metadata.labels?.[POD_TEMPLATE_HASH] ?? '';
    expect(made.metadata).toMatchObject({
      name: 'exp-trial',
      labels: { [POD_TEMPLATE_HASH]: hash },
      annotations: { 'experiment.argoproj.io/name': 'exp', 'experiment.argoproj.io/template-name': 'trial' },
      ownerReferences: [{ kind: 'Experiment', name: 'exp', uid: 'uid-exp', controller: true }],
    });
    expect(made.spec).toMatchObject({
      replicas: 0,
      selector: { matchLabels: { app: 'checkout', [POD_TEMPLATE_HASH]: hash } },
      template: { metadata: { labels: { app: 'checkout', [POD_TEMPLATE_HASH]: hash } } },
    });
    expect(status).toMatchObject({
      phase: 'Pending',
      templateStatuses: [
        { name: 'trial', status: 'Progressing', replicas: 0, lastTransitionTime: formatTimestamp(T0) },
      ],
    });
    expect(events.map(({ reason, message }) => `${reason}: ${message}`)).toEqual([
      "TemplateProgressing: Template 'trial' transitioned from  -> Progressing",
      'ExperimentPending: Experiment transitioned from  -> Pending',
    ]);
  });

  it('when its template was copied from a version, then its pods have another hash than that version’s', () => {
    const made = itsReplicaSet(0);
    const origin = made.metadata.labels?.[POD_TEMPLATE_HASH] ?? '';
    const labels = { app: 'checkout', [POD_TEMPLATE_HASH]: origin };
    const copied = { ...TRIAL, template: { ...TRIAL.template, metadata: { labels } } };
    const { actions } = decideExperiment(seeing(anExperiment({ templates: [copied] })));
    const own = madeIn(actions[0]).metadata.labels?.[POD_TEMPLATE_HASH];
    expect(own).not.toBe(origin);
  });

  it('when its ReplicaSet’s name is somebody else’s, then the collision is counted and another name is taken', () => {
    const foreign = { ...itsReplicaSet(0), metadata: { ...itsReplicaSet(0).metadata, ownerReferences: [] } };
    const first = decideExperiment(seeing(anExperiment(), { replicaSets: [foreign] }));
    expect(first.actions).toEqual([]);
    expect(first.status).toMatchObject({ templateStatuses: [{ collisionCount: 1 }] });
    const second = decideExperiment(seeing(anExperiment({}, first.status), { replicaSets: [foreign] }));
    expect(second.actions).toMatchObject([{ object: { metadata: { name: 'exp-trial-1' } } }]);
  });
});

describe('given the ReplicaSet of a template', () => {
  const pending: ExperimentStatus = { phase: 'Pending' };

  it('when it has no pods yet, then it is scaled and its Service is made', () => {
    const asking = anExperiment({ templates: [{ ...TRIAL, service: {} }] }, pending);
    const { actions, events, status } = decideExperiment(seeing(asking, { replicaSets: [itsReplicaSet(0)] }));
    expect(actions).toMatchObject([
      {
        type: 'create',
        object: {
          kind: 'Service',
          metadata: { name: 'exp-trial' },
          spec: { ports: [{ name: 'http', port: 8080, targetPort: 8080 }] },
        },
      },
      { type: 'patch', after: { kind: 'ReplicaSet', spec: { replicas: 2 } } },
    ]);
    expect(events.map(({ message }) => message)).toContain('Scaled up ReplicaSet exp-trial from 0 to 2');
    expect(status).toMatchObject({ templateStatuses: [{ serviceName: 'exp-trial' }] });
  });

  it('when the Service’s name is somebody else’s, then the template and the Experiment end in Error', () => {
    const asking = anExperiment({ templates: [{ ...TRIAL, service: { name: 'taken' } }] }, pending);
    const services: Service[] = [
      { apiVersion: 'v1', kind: 'Service', metadata: { name: 'taken', namespace: NAMESPACE, uid: 'x' } },
    ];
    const { status } = decideExperiment(seeing(asking, { replicaSets: [itsReplicaSet(2)], services }));
    const message = `Failed to create Service taken for template 'trial': services "taken" already exists`;
    expect(status).toMatchObject({ phase: 'Error', message, templateStatuses: [{ status: 'Error', message }] });
  });

  it('when all its pods are available, then it runs since now, and an end is looked for', () => {
    const experiment = anExperiment({ duration: '1m' }, pending);
    const { status } = decideExperiment(seeing(experiment, { replicaSets: [itsReplicaSet(2)] }));
    expect(status).toMatchObject({
      phase: 'Running',
      availableAt: formatTimestamp(T0),
      templateStatuses: [{ status: 'Running' }],
    });
    const next = decideExperiment(
      seeing({ ...experiment, ...(status && { status }) }, { replicaSets: [itsReplicaSet(2)] }),
    );
    expect(next.requeueAfter).toBe(60 * SECOND);
    expect(next.status?.conditions).toMatchObject([{ type: 'Progressing', reason: 'NewReplicaSetAvailable' }]);
  });

  it('when its pods do not come within the deadline, then it has failed and says so', () => {
    const since = formatTimestamp(T0 - 11 * SECOND);
    const templateStatuses = [
      {
        name: 'trial',
        status: 'Progressing' as const,
        replicas: 2,
        updatedReplicas: 2,
        readyReplicas: 1,
        availableReplicas: 1,
        lastTransitionTime: since,
      },
    ];
    const experiment = anExperiment({ progressDeadlineSeconds: 10 }, { phase: 'Pending', templateStatuses });
    const { status } = decideExperiment(seeing(experiment, { replicaSets: [itsReplicaSet(2, 1)] }));
    expect(status).toMatchObject({
      phase: 'Failed',
      message: "Template 'trial' exceeded its progressDeadlineSeconds (10)",
    });
  });

  it('when the duration is over, then it succeeds, its pods stay for their delay, and then go', () => {
    const now = T0 + 61 * SECOND;
    const over = decideExperiment(
      seeing(anExperiment({ duration: '1m' }, running()), { now, replicaSets: [itsReplicaSet(2)] }),
    );
    expect(over.status).toMatchObject({ phase: 'Successful', templateStatuses: [{ status: 'Successful' }] });
    const ended = anExperiment({ duration: '1m' }, over.status);
    const delayed = decideExperiment(seeing(ended, { now, replicaSets: [itsReplicaSet(2)] }));
    const deadline = formatTimestamp(now + 30 * SECOND);
    expect(delayed.actions).toMatchObject([
      { after: { metadata: { annotations: { [SCALE_DOWN_DEADLINE]: deadline } }, spec: { replicas: 2 } } },
    ]);
    expect(delayed.requeueAfter).toBe(30 * SECOND);
    const waiting = itsReplicaSet(2, 2, { [SCALE_DOWN_DEADLINE]: deadline });
    expect(decideExperiment(seeing(ended, { now: now + SECOND, replicaSets: [waiting] })).actions).toEqual([]);
    const gone = decideExperiment(seeing(ended, { now: now + 31 * SECOND, replicaSets: [waiting] }));
    expect(gone.actions).toMatchObject([{ after: { spec: { replicas: 0 } } }]);
  });

  it('when it is terminated without a delay, then its pods go at once and it has succeeded', () => {
    const experiment = anExperiment({ terminate: true, scaleDownDelaySeconds: 0 }, running());
    const { actions, status } = decideExperiment(seeing(experiment, { replicaSets: [itsReplicaSet(2)] }));
    expect(actions).toMatchObject([{ after: { spec: { replicas: 0 } } }]);
    expect(status).toMatchObject({ phase: 'Successful' });
    expect(status?.conditions).toMatchObject([
      {
        type: 'Progressing',
        status: 'False',
        reason: 'ExperimentCompleted',
        message: 'Experiment "exp" has successfully ran and completed.',
        lastUpdateTime: formatTimestamp(T0),
      },
    ]);
  });
});

describe('given an Experiment that cannot be understood', () => {
  it.each<{ spec: Spec; says: string }>([
    {
      spec: { templates: [{ ...TRIAL, selector: undefined as never }] },
      says: "Rollout has missing field '.Spec.Templates[0].Selector'",
    },
    {
      spec: { templates: [{ ...TRIAL, selector: {} }] },
      says: 'This experiment is selecting all pods at index 0. A non-empty selector is required.',
    },
    {
      spec: { templates: [{ ...TRIAL, minReadySeconds: 601 }] },
      says: 'MinReadySeconds cannot be longer than ProgressDeadlineSeconds. Check template index 0',
    },
    { spec: { templates: [{ ...TRIAL, name: '' }] }, says: 'Experiment exp has empty template name at index 0' },
    { spec: { templates: [TRIAL, TRIAL] }, says: "Experiment exp has repeated template name 'trial' in templates" },
  ])('when it is seen, then the condition says: $says', ({ spec, says }) => {
    const first = decideExperiment(seeing(anExperiment(spec)));
    expect(first.actions).toEqual([]);
    expect(first.status?.conditions).toMatchObject([
      { type: 'InvalidSpec', status: 'True', reason: 'InvalidSpec', message: says },
    ]);
    expect(decideExperiment(seeing(anExperiment(spec, first.status))).status).toBeUndefined();
  });
});

describe('given an analysis', () => {
  const analyses = [{ name: 'smoke', templateName: 'smoke' }];

  it('when its template is missing, then that is told before anything runs', () => {
    const { status } = decideExperiment(seeing(anExperiment({ analyses })));
    expect(status?.analysisRuns).toMatchObject([
      {
        name: 'smoke',
        phase: 'Error',
        message: `AnalysisTemplate verification failed for analysis 'smoke': analysistemplates.argoproj.io "smoke" not found`,
      },
    ]);
  });

  it('when its template is of the whole cluster, then it is looked for there and not in the namespace', () => {
    const everywhere = [{ name: 'smoke', templateName: 'smoke', clusterScope: true }];
    const template = anAnalysisTemplate('smoke', [aMetric()]);
    const inNamespace = seeing(anExperiment({ analyses: everywhere }), { analysisTemplates: [template] });
    expect(decideExperiment(inNamespace).status?.analysisRuns?.[0]?.message).toContain(
      `ClusterAnalysisTemplate verification failed for analysis 'smoke'`,
    );
    const ofCluster = { ...template, kind: 'ClusterAnalysisTemplate' } as unknown as ClusterAnalysisTemplate;
    const found = { replicaSets: [itsReplicaSet(2)], clusterAnalysisTemplates: [ofCluster] };
    const { actions } = decideExperiment(seeing(anExperiment({ analyses: everywhere }, running()), found));
    expect(actions).toMatchObject([{ type: 'create', object: { kind: 'AnalysisRun', spec: { metrics: [{}] } } }]);
  });

  it('when its run is gone, then the analysis has an error that names it', () => {
    const analysisRuns = [{ name: 'smoke', analysisRun: 'exp-smoke', phase: 'Running' as const }];
    const experiment = anExperiment({ analyses }, running({ analysisRuns }));
    const { status } = decideExperiment(seeing(experiment, { replicaSets: [itsReplicaSet(2)] }));
    expect(status).toMatchObject({ phase: 'Error', message: 'analysisruns.argoproj.io "exp-smoke" not found' });
  });
});

describe('the phase of an Experiment', () => {
  const status = (templates: readonly string[], analyses: readonly string[]): ExperimentStatus => ({
    phase: 'Running',
    templateStatuses: templates.map((each, index) => ({
      name: `t${index}`,
      status: each as 'Running',
      message: each === 'Failed' ? 'too late' : '',
      replicas: 0,
      updatedReplicas: 0,
      readyReplicas: 0,
      availableReplicas: 0,
    })),
    analysisRuns: analyses.map((phase, index) => ({
      name: `a${index}`,
      analysisRun: `r${index}`,
      phase: phase as Phase,
    })),
  });

  it.each<{ templates: readonly string[]; analyses: readonly string[]; required?: readonly number[]; then: string }>([
    { templates: ['Running'], analyses: [], then: 'Running' },
    { templates: ['Running', 'Progressing'], analyses: [], then: 'Pending' },
    { templates: ['Successful'], analyses: [], then: 'Successful' },
    { templates: ['Successful', 'Failed'], analyses: [], then: 'Failed too late' },
    { templates: ['Running'], analyses: ['Running'], then: 'Running' },
    { templates: ['Running'], analyses: ['Failed'], then: 'Failed' },
    { templates: ['Running'], analyses: ['Inconclusive', 'Successful'], then: 'Inconclusive' },
    { templates: ['Running'], analyses: ['Successful'], then: 'Running' },
    {
      templates: ['Running'],
      analyses: ['Successful', 'Running'],
      required: [0],
      then: 'Successful Required AnalysisRuns completed',
    },
    { templates: ['Successful'], analyses: ['Running'], required: [0], then: 'Running' },
    { templates: ['Successful'], analyses: ['Running'], then: 'Successful' },
    { templates: ['Successful'], analyses: ['Error'], then: 'Error' },
  ])(
    'given templates $templates, analyses $analyses and required $required, then $then',
    ({ templates, analyses, required = [], then }) => {
      const spec = {
        analyses: analyses.map((_, index) => ({
          name: `a${index}`,
          templateName: 't',
          requiredForCompletion: required.includes(index),
        })),
      };
      const { phase, message } = phaseOf(anExperiment(spec), status(templates, analyses));
      expect(`${phase} ${message}`.trim()).toBe(then);
    },
  );
});

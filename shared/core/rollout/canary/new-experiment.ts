/** The Experiment that a canary's step asks for. strategies §2.9 "Object". */
import { rolloutArguments } from '../../analysis/rollout-arguments.ts';
import { ARGO_API_VERSION, type CanaryStep, type Experiment } from '../../resources/argo.ts';
import { POD_TEMPLATE_HASH, REVISION } from '../../resources/keys.ts';
import type { NewObject } from '../../resources/kubernetes.ts';
import { SECOND } from '../../time.ts';
import { controllerReference } from '../adoption.ts';
import { newestHash, type Pass } from '../pass.ts';
import { hashOf } from '../replica-sets.ts';
import { currentStepIndex } from './current-step.ts';

export type NewExperiment = NewObject<Experiment>;
type Step = NonNullable<CanaryStep['experiment']>;
type Template = NonNullable<Experiment['spec']['templates']>[number];
type Analysis = NonNullable<Experiment['spec']['analyses']>[number];

/** undefined: an argument cannot be resolved yet, which is told; it is tried again. */
export function newExperiment(pass: Pass, step: Step): NewExperiment | undefined {
  const analyses = (step.analyses ?? []).map((analysis) => analysisOf(pass, analysis));
  if (analyses.includes(undefined)) return undefined;
  const { rollout } = pass;
  const { name, namespace, labels, annotations } = rollout.metadata;
  const hash = newestHash(pass);
  const revision = annotations?.[REVISION] ?? '';
  const { duration, dryRun, analysisRunMetadata, scaleDownDelaySeconds } = step;
  const { progressDeadlineSeconds } = rollout.spec;
  const optional = {
    duration,
    progressDeadlineSeconds,
    dryRun,
    analysisRunMetadata,
    scaleDownDelaySeconds,
    ...(analyses.length === 0 ? {} : { analyses: analyses as Analysis[] }),
  };
  const given = Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined));
  return {
    apiVersion: ARGO_API_VERSION,
    kind: 'Experiment',
    metadata: {
      name: [name, hash, revision, currentStepIndex(pass)].join('-'),
      namespace,
      labels: { ...labels, [POD_TEMPLATE_HASH]: hash },
      annotations: { [REVISION]: revision },
      ownerReferences: [controllerReference(rollout)],
    },
    spec: { templates: step.templates.flatMap((template) => templateOf(pass, template) ?? []), ...given },
  };
}

/** With the pods of the version it names; labels of its own are selected too. */
function templateOf({ sets }: Pass, step: Step['templates'][number]): Template | undefined {
  const replicaSet = step.specRef === 'stable' ? sets.stable : sets.newest;
  const template = replicaSet?.spec?.template;
  if (replicaSet === undefined || template === undefined) return undefined;
  const { labels = {}, annotations } = step.metadata ?? {};
  const selector = step.selector ?? replicaSet.spec?.selector ?? {};
  const named = step.service?.name ?? '';
  const asksForService = step.weight !== undefined || step.service !== undefined;
  return {
    name: step.name,
    ...(step.replicas === undefined ? {} : { replicas: step.replicas }),
    ...(asksForService ? { service: named === '' ? {} : { name: named } } : {}),
    minReadySeconds: replicaSet.spec?.minReadySeconds ?? 0,
    selector: { ...selector, matchLabels: { ...selector.matchLabels, ...labels } },
    template: {
      ...template,
      metadata: {
        ...template.metadata,
        labels: { ...template.metadata?.labels, ...labels },
        ...(annotations === undefined ? {} : { annotations: { ...template.metadata?.annotations, ...annotations } }),
      },
    },
  };
}

function analysisOf(pass: Pass, analysis: NonNullable<Step['analyses']>[number]): Analysis | undefined {
  const sources = { rollout: pass.rollout, latestHash: newestHash(pass), stableHash: hashOf(pass.sets.stable) };
  const { args, error } = rolloutArguments(analysis.args ?? [], sources);
  if (error !== undefined) {
    pass.changes.event('ReconciliationError', `Reconciliation failed with error: ${error}`, 'Warning');
    pass.changes.requeue(10 * SECOND);
    return undefined;
  }
  const { args: _given, ...rest } = analysis;
  return { ...rest, ...(args.length === 0 ? {} : { args: [...args] }) };
}

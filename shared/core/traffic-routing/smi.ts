/** SMI: a TrafficSplit of the Rollout's own. strategies §3.7 "SMI". */
import type { Action, EventNote } from '../decision.ts';
import type { Rollout } from '../resources/argo.ts';
import { isControlledBy, type KubernetesObject, type NewObject, type ObjectRef } from '../resources/kubernetes.ts';
import { controllerReference } from '../rollout/adoption.ts';
import { findObject, patchOf, RoutingError, stableWeight, type Routes, type TrafficRouter } from './router.ts';

interface TrafficSplit extends KubernetesObject {
  readonly spec: {
    readonly service: string;
    /** v1alpha1 writes weights as quantities, later versions as numbers. */
    readonly backends: readonly { readonly service: string; readonly weight: string | number }[];
  };
}

const FIRST_VERSION = 'split.smi-spec.io/v1alpha1';

export const smi: TrafficRouter = {
  type: 'SMI',
  uses: (routing) => routing.smi !== undefined,
  reads: (rollout) => [splitRef(rollout)],
  route: (rollout, objects, routes) => {
    const existing = findObject<TrafficSplit>(objects, splitRef(rollout));
    const wanted = trafficSplit(rollout, routes, existing?.apiVersion);
    const { name } = wanted.metadata;
    if (existing === undefined) {
      const create: Action = { type: 'create', object: wanted, because: `weight ${routes.weight}` };
      return { actions: [create], events: [note('TrafficSplitCreated', `TrafficSplit \`${name}\` created`)] };
    }
    if (!isControlledBy(existing, rollout)) throw new RoutingError(`Rollout does not own TrafficSplit \`${name}\``);
    const after = { ...existing, spec: { ...existing.spec, ...wanted.spec } };
    const actions = patchOf(existing, after, `weight ${routes.weight}`);
    const events = actions.length === 0 ? [] : [note('TrafficSplitModified', `TrafficSplit \`${name}\` modified`)];
    return { actions, events };
  },
};

function splitRef({ metadata, spec }: Rollout): ObjectRef {
  const named = spec.strategy?.canary?.trafficRouting?.smi?.trafficSplitName ?? '';
  const name = named === '' ? metadata.name : named;
  return { apiVersion: FIRST_VERSION, kind: 'TrafficSplit', namespace: metadata.namespace, name };
}

/** @param version of the one that is there */
function trafficSplit(rollout: Rollout, routes: Routes, version = FIRST_VERSION): NewObject<TrafficSplit> {
  const { stableService = '', canaryService = '', trafficRouting } = rollout.spec.strategy?.canary ?? {};
  const { rootService = '' } = trafficRouting?.smi ?? {};
  const { apiVersion, kind, namespace, name } = splitRef(rollout);
  const written = (weight: number) => (version === FIRST_VERSION ? String(weight) : weight);
  const backend = (service: string, weight: number) => ({ service, weight: written(weight) });
  return {
    apiVersion,
    kind,
    metadata: { name, namespace, ownerReferences: [controllerReference(rollout)] },
    spec: {
      service: rootService === '' ? stableService : rootService,
      backends: [
        backend(canaryService, routes.weight),
        ...routes.others.map(({ serviceName = '', weight }) => backend(serviceName, weight)),
        backend(stableService, stableWeight(routes)),
      ],
    },
  };
}

function note(reason: string, message: string): EventNote {
  return { type: 'Normal', reason, message };
}

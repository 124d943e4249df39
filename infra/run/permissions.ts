/** What Weir must be allowed in each mode, and what of it it is not. Asked with SelfSubjectAccessReviews. */
import type { KubernetesObject } from '#core/resources/kubernetes.ts';
import type { Cluster, ControllerName } from '#shared/ports.ts';
import type { LeasePlace } from './lease-place.ts';
import { argoLeaseName } from './other-controllers.ts';

export interface Permission {
  readonly group: string;
  readonly resource: string;
  readonly verbs: readonly string[];
  /** Of this object alone. */
  readonly name?: string;
  /** There and nowhere else; absent: wherever Weir works. */
  readonly namespace?: string;
  /** Without it everything else works: the one thing that does not. */
  readonly only?: string;
}

const ARGO = 'argoproj.io';
const LEASES = 'coordination.k8s.io';
/** Dozens at the same time would hold up the work that begins meanwhile. */
const ASKED_AT_ONCE = 4;
const READ = ['get', 'list', 'watch'] as const;

const OBSERVE: readonly Permission[] = [
  { group: ARGO, resource: 'rollouts', verbs: [...READ, 'patch'] },
  { group: ARGO, resource: 'rollouts/status', verbs: ['patch'] },
  { group: ARGO, resource: 'analysisruns', verbs: [...READ, 'patch'] },
];

const BAKE = 'bake analyses are not run';

const ANALYSIS: readonly Permission[] = [
  { group: '', resource: 'events', verbs: ['create', 'patch'] },
  { group: ARGO, resource: 'analysisruns', verbs: ['create'], only: BAKE },
  { group: ARGO, resource: 'analysistemplates', verbs: ['get'], only: BAKE },
  { group: ARGO, resource: 'clusteranalysistemplates', verbs: ['get'], only: BAKE },
  { group: '', resource: 'secrets', verbs: ['get'], only: 'metrics with secretKeyRef are not measured' },
  {
    group: 'batch',
    resource: 'jobs',
    verbs: ['get', 'list', 'create', 'patch', 'delete'],
    only: 'job metrics are not run',
  },
];

const ROLLOUTS: readonly Permission[] = [
  { group: ARGO, resource: 'analysisruns', verbs: ['create', 'delete'] },
  { group: ARGO, resource: 'analysistemplates', verbs: READ },
  { group: ARGO, resource: 'clusteranalysistemplates', verbs: READ },
  { group: 'apps', resource: 'replicasets', verbs: [...READ, 'create', 'patch', 'delete'] },
  { group: '', resource: 'services', verbs: [...READ, 'patch'] },
  { group: '', resource: 'services', verbs: ['create', 'delete'], only: 'Experiments get no Services' },
  {
    group: ARGO,
    resource: 'experiments',
    verbs: [...READ, 'create', 'patch', 'delete'],
    only: 'experiment steps are not run',
  },
  { group: 'apps', resource: 'deployments', verbs: READ, only: 'workloadRef finds no Deployment' },
  { group: '', resource: 'pods', verbs: ['get', 'list', 'patch'] },
  { group: '', resource: 'pods/eviction', verbs: ['create'] },
];

/** @param instanceId as Argo's controller has it, whose Lease is looked at */
export function neededFor(
  controllers: readonly ControllerName[],
  lease: LeasePlace,
  instanceId?: string,
): readonly Permission[] {
  const { namespace, name } = lease;
  const ownLease: readonly Permission[] = [
    { group: LEASES, resource: 'leases', namespace, verbs: ['create'] },
    { group: LEASES, resource: 'leases', namespace, name, verbs: ['get', 'patch'] },
  ];
  const argoLease = { group: LEASES, resource: 'leases', name: argoLeaseName(instanceId), verbs: ['list', 'watch'] };
  return [
    ...OBSERVE,
    ...(controllers.includes('analysis') ? [...ANALYSIS, ...ownLease] : []),
    ...(controllers.includes('rollouts') ? [...ROLLOUTS, argoLease] : []),
  ];
}

export interface Missing {
  readonly verb: string;
  /** In the words of RBAC: `replicasets.apps`, `leases.coordination.k8s.io/weir-run`. */
  readonly resource: string;
  /** Absent: in all namespaces. */
  readonly namespace?: string;
  readonly only?: string;
}

/**
 * @param namespaces empty: all
 * @throws TransientError when the API server does not answer
 */
export async function missingPermissions(
  cluster: Pick<Cluster, 'create'>,
  needed: readonly Permission[],
  namespaces: readonly string[],
): Promise<readonly Missing[]> {
  const scopes = namespaces.length === 0 ? [undefined] : namespaces;
  const asked = needed.flatMap((permission) =>
    (permission.namespace === undefined ? scopes : [permission.namespace]).flatMap((namespace) =>
      permission.verbs.map((verb) => ({ permission, verb, namespace })),
    ),
  );
  const missing: Missing[] = [];
  for (let from = 0; from < asked.length; from += ASKED_AT_ONCE) {
    const some = asked.slice(from, from + ASKED_AT_ONCE);
    const allowed = await Promise.all(some.map((question) => isAllowed(cluster, question)));
    missing.push(...some.filter((_, index) => allowed[index] !== true).map(missingOf));
  }
  return missing;
}

interface Question {
  readonly permission: Permission;
  readonly verb: string;
  readonly namespace: string | undefined;
}

async function isAllowed(
  cluster: Pick<Cluster, 'create'>,
  { permission, verb, namespace }: Question,
): Promise<boolean> {
  const [resource, subresource] = permission.resource.split('/');
  const isClusterScoped = resource === 'clusteranalysistemplates';
  const resourceAttributes = {
    group: permission.group,
    resource,
    verb,
    ...(subresource === undefined ? {} : { subresource }),
    ...(permission.name === undefined ? {} : { name: permission.name }),
    ...(namespace === undefined || isClusterScoped ? {} : { namespace }),
  };
  const review = {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SelfSubjectAccessReview',
    metadata: { name: '', namespace: '' },
    spec: { resourceAttributes },
  };
  const answer = await cluster.create(review);
  return (answer as KubernetesObject & { status?: { allowed?: boolean } }).status?.allowed === true;
}

function missingOf({ permission, verb, namespace }: Question): Missing {
  const { group, resource, name, only } = permission;
  const inGroup = group === '' ? resource : `${resource}.${group}`;
  return {
    verb,
    resource: name === undefined ? inGroup : `${inGroup}/${name}`,
    ...(namespace === undefined ? {} : { namespace }),
    ...(only === undefined ? {} : { only }),
  };
}

/** One line per resource: `create, patch replicasets.apps in namespace shop`. */
export function tellMissing(missing: readonly Missing[]): readonly string[] {
  const byResource = new Map<string, string[]>();
  for (const { verb, resource, namespace, only } of missing) {
    const where = namespace === undefined ? '' : ` in namespace ${namespace}`;
    const what = `${resource}${where}${only === undefined ? '' : ` (without it ${only})`}`;
    byResource.set(what, [...(byResource.get(what) ?? []), verb]);
  }
  return [...byResource].map(([what, verbs]) => `${verbs.join(', ')} ${what}`);
}

/** What Weir must be allowed in each mode, and what of it it is not. Asked with SelfSubjectAccessReviews. */
import type { KubernetesObject } from '#core/resources/kubernetes.ts';
import type { Cluster, ControllerName } from '#shared/ports.ts';

export interface Permission {
  readonly group: string;
  readonly resource: string;
  readonly verbs: readonly string[];
  /** Without it everything else works: the one thing that does not. */
  readonly only?: string;
}

const ARGO = 'argoproj.io';
const READ = ['get', 'list', 'watch'] as const;

const OBSERVE: readonly Permission[] = [
  { group: ARGO, resource: 'rollouts', verbs: [...READ, 'patch'] },
  { group: ARGO, resource: 'rollouts/status', verbs: ['patch'] },
  { group: ARGO, resource: 'analysisruns', verbs: [...READ, 'patch'] },
];

const ANALYSIS: readonly Permission[] = [
  { group: '', resource: 'events', verbs: ['create', 'patch'] },
  { group: 'coordination.k8s.io', resource: 'leases', verbs: ['get', 'create', 'patch'] },
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
  { group: '', resource: 'pods', verbs: ['get', 'list', 'patch', 'delete'] },
  { group: 'coordination.k8s.io', resource: 'leases', verbs: ['list', 'watch'] },
];

export function neededFor(controllers: readonly ControllerName[]): readonly Permission[] {
  return [
    ...OBSERVE,
    ...(controllers.includes('analysis') ? ANALYSIS : []),
    ...(controllers.includes('rollouts') ? ROLLOUTS : []),
  ];
}

export interface Missing {
  readonly verb: string;
  /** In the words of RBAC: `replicasets.apps`. */
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
  const asked = scopes.flatMap((namespace) =>
    needed.flatMap((permission) => permission.verbs.map((verb) => ({ permission, verb, namespace }))),
  );
  const allowed = await Promise.all(asked.map((question) => isAllowed(cluster, question)));
  return asked.filter((_, index) => allowed[index] !== true).map(missingOf);
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
  const { group, resource, only } = permission;
  return {
    verb,
    resource: group === '' ? resource : `${resource}.${group}`,
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

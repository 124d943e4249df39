/** Are Argo's kinds there, and may Weir do with them what its mode needs? */
import { DeniedError, InvalidSpecError, messageOf } from '#core/errors.ts';
import { ARGO_API_VERSION } from '#core/resources/argo.ts';
import type { ClusterConfig } from '#shared/config.ts';
import type { Cluster } from '#shared/ports.ts';
import type { LeasePlace } from '../lease-place.ts';
import { missingPermissions, neededFor, tellMissing } from '../permissions.ts';
import { fail, ok, warn, type Finding } from './finding.ts';

const KINDS = ['Rollout', 'AnalysisRun', 'AnalysisTemplate', 'ClusterAnalysisTemplate', 'Experiment'] as const;
const INSTALL = 'kubectl apply -k https://github.com/argoproj/argo-rollouts/manifests/crds?ref=v1.10.0';

export async function checkKinds(cluster: Pick<Cluster, 'list'>, { namespaces }: ClusterConfig): Promise<Finding> {
  const found = await Promise.all(KINDS.map((kind) => isThere(kind, cluster, namespaces[0])));
  const missing = KINDS.filter((_, index) => found[index] !== true);
  if (missing.length === 0) return ok('CRDs', `${KINDS.length} kinds of ${ARGO_API_VERSION}`);
  return fail('CRDs', `missing in ${ARGO_API_VERSION}: ${missing.join(', ')}`, INSTALL);
}

/** Asked for a name that nobody has: the answer is small, and a refusal tells that the kind is there. */
async function isThere(kind: string, cluster: Pick<Cluster, 'list'>, namespace: string | undefined): Promise<boolean> {
  const scope = namespace === undefined || kind.startsWith('Cluster') ? {} : { namespace };
  try {
    await cluster.list({ apiVersion: ARGO_API_VERSION, kind, fieldSelector: 'metadata.name=weir-doctor', ...scope });
    return true;
  } catch (error) {
    if (error instanceof InvalidSpecError) return false;
    if (error instanceof DeniedError) return true;
    throw error;
  }
}

export async function checkPermissions(
  cluster: Pick<Cluster, 'create'>,
  { controllers, namespaces }: ClusterConfig,
  lease: LeasePlace,
  instanceId?: string,
): Promise<readonly Finding[]> {
  const fix = 'allow it in the (Cluster)Role of this user; infra/cluster has one per mode';
  try {
    const missing = await missingPermissions(cluster, neededFor(controllers, lease, instanceId), namespaces);
    if (missing.length === 0) return [ok('RBAC', 'everything that this mode needs')];
    const needed = tellMissing(missing.filter(({ only }) => only === undefined));
    const partly = tellMissing(missing.filter(({ only }) => only !== undefined));
    return [
      ...needed.map((line) => fail('RBAC', `may not ${line}`, fix)),
      ...partly.map((line) => warn('RBAC', `may not ${line}`, fix)),
    ];
  } catch (error) {
    return [warn('RBAC', `could not be asked: ${messageOf(error)}`, 'ask with kubectl auth can-i')];
  }
}

/** `weir doctor`: everything that `weir run` with the same flags would need, asked once, with what to do about it. */
import { InvalidSpecError, messageOf } from '#core/errors.ts';
import { createKubernetesCluster, kubeConfigFrom, type KubernetesCluster } from '#shared/kubernetes/cluster.ts';
import type { ClusterConfig } from '#shared/config.ts';
import { createSite } from '#shared/site.ts';
import { leasePlace } from '../lease-place.ts';
import type { RunOptions } from '../options.ts';
import { processClock } from '../process-clock.ts';
import { configure, type RunConfig } from '../site.ts';
import { checkApiServer, checkClock } from './api-server.ts';
import { checkArgoController } from './argo-controller.ts';
import { fail, type Finding } from './finding.ts';
import { checkKinds, checkPermissions } from './kinds.ts';
import { checkMetrics } from './metrics.ts';

export async function examine(options: RunOptions, environment: NodeJS.ProcessEnv): Promise<readonly Finding[]> {
  const config = readConfig(options, environment);
  if ('check' in config) return [config];
  const kubeConfig = kubeConfigFrom(sourceOf(config.cluster));
  const unreadable = await problemOf(kubeConfig);
  if (unreadable !== undefined) return [unreadable];
  let heard: { readonly date: string; readonly at: number } | undefined;
  const cluster = createKubernetesCluster({
    name: config.cluster.name,
    kubeConfig,
    onAnswer: (_verb, _code, date) => {
      heard = date === undefined ? heard : { date, at: processClock.now() };
    },
  });
  try {
    const reached = await checkApiServer(cluster);
    if (reached.state === 'fail') return [reached];
    const clock = checkClock(heard);
    return [reached, clock, ...(await examineCluster(cluster, config, options))];
  } finally {
    cluster.close();
  }
}

function readConfig(options: RunOptions, environment: NodeJS.ProcessEnv): RunConfig | Finding {
  try {
    return configure(options, environment);
  } catch (error) {
    if (!(error instanceof InvalidSpecError)) throw error;
    return fail('weir.yaml', error.message, 'correct the file');
  }
}

async function problemOf(kubeConfig: () => Promise<unknown>): Promise<Finding | undefined> {
  try {
    await kubeConfig();
    return undefined;
  } catch (error) {
    if (!(error instanceof InvalidSpecError)) throw error;
    return fail('kubeconfig', error.message, 'name another with --kubeconfig FILE and --context NAME');
  }
}

function sourceOf({ kubeconfig, context }: ClusterConfig) {
  return { ...(kubeconfig === undefined ? {} : { file: kubeconfig }), ...(context === undefined ? {} : { context }) };
}

/** What cannot be asked is a finding of its own, and keeps nothing else from being asked. */
async function examineCluster(
  cluster: KubernetesCluster,
  { cluster: config, egress }: RunConfig,
  { leaseNamespace, instanceId }: RunOptions,
): Promise<readonly Finding[]> {
  const site = createSite(config, cluster, { clock: processClock, egress });
  const lease = leasePlace({ leaseNamespace, instanceId, config });
  const checks: readonly [string, () => Promise<Finding | readonly Finding[]>][] = [
    ['CRDs', () => checkKinds(cluster, config)],
    ['RBAC', () => checkPermissions(cluster, config, lease, instanceId)],
    ['metrics', () => checkMetrics(site, cluster, config, processClock)],
    ['Argo Rollouts', () => checkArgoController(cluster, config, instanceId)],
  ];
  const found = await Promise.all(
    checks.map(([name, check]) => check().catch((error: unknown) => broken(name, error))),
  );
  return found.flat();
}

function broken(check: string, error: unknown): Finding {
  return fail(check, messageOf(error), 'see to it that the API server answers, then ask again');
}

/** Do the metric addresses that templates name lead somewhere, from here? */
import { DeniedError, messageOf } from '#core/errors.ts';
import type { MeasurementTask } from '#core/analysis/reading.ts';
import { ARGO_API_VERSION, type AnalysisRun, type AnalysisTemplate, type Metric } from '#core/resources/argo.ts';
import { SECOND } from '#core/time.ts';
import type { ClusterConfig } from '#shared/config.ts';
import type { Clock, Cluster, Site } from '#shared/ports.ts';
import { fail, ok, warn, type Finding } from './finding.ts';

const PATIENCE = 10 * SECOND;

export async function checkMetrics(
  site: Site,
  direct: Pick<Cluster, 'list'>,
  config: ClusterConfig,
  clock: Clock,
): Promise<readonly Finding[]> {
  const ruled = config.metrics.map(({ match }) => match).filter((match) => URL.canParse(match));
  const { addresses, problem } = await addressesOfTemplates(direct, config.namespaces);
  const all = [...new Set([...ruled, ...addresses])];
  const asked = await Promise.all(all.map((address) => ask(address, site, clock)));
  const unread = problem === undefined ? [] : [warn('metrics', `templates not read: ${problem}`, 'allow list of them')];
  if (asked.length + unread.length > 0) return [...asked, ...unread];
  return [ok('metrics', 'no template names a Prometheus address, and no rule does')];
}

interface Addresses {
  readonly addresses: readonly string[];
  readonly problem?: string;
}

/** Of Prometheus; addresses with arguments are known only when a run is made. */
async function addressesOfTemplates(direct: Pick<Cluster, 'list'>, namespaces: readonly string[]): Promise<Addresses> {
  const scopes = namespaces.length === 0 ? [{}] : namespaces.map((namespace) => ({ namespace }));
  const queries = [
    ...scopes.map((scope) => ({ apiVersion: ARGO_API_VERSION, kind: 'AnalysisTemplate', ...scope })),
    { apiVersion: ARGO_API_VERSION, kind: 'ClusterAnalysisTemplate' },
  ];
  const lists = await Promise.allSettled(queries.map((query) => direct.list<AnalysisTemplate>(query)));
  const templates = lists.flatMap((list) => (list.status === 'fulfilled' ? list.value.items : []));
  const addresses = templates
    .flatMap(({ spec }) => spec.metrics ?? [])
    .flatMap(({ provider }) => provider.prometheus?.address ?? [])
    .filter((address) => address !== '' && !address.includes('{{'));
  const refused = lists.find((list) => list.status === 'rejected' && list.reason instanceof DeniedError);
  return { addresses, ...(refused?.status === 'rejected' ? { problem: messageOf(refused.reason) } : {}) };
}

async function ask(address: string, site: Site, clock: Clock): Promise<Finding> {
  const metric: Metric = { name: 'weir-doctor', provider: { prometheus: { address, query: 'vector(1)' } } };
  const run = { metadata: { name: 'weir-doctor', namespace: 'default', uid: '' }, spec: {} } as unknown as AnalysisRun;
  const task: MeasurementTask = { operation: 'run', run, metric, now: clock.now() };
  const reading = await (await site.providers.for(metric)).read(task, AbortSignal.timeout(PATIENCE));
  if (reading.kind === 'value') return ok('metrics', `${address} answers`);
  const says = reading.kind === 'error' ? reading.message : 'no value';
  return fail(
    'metrics',
    `${address}: ${says}`,
    'add or correct the rule under clusters[].metrics, or egress, in weir.yaml',
  );
}

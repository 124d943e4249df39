/** Asks the AnalysisRuns of a release to take each metric once, now. */
import { EVALUATE_ANNOTATION } from '#core/alerts/evaluate.ts';
import type { Verdict } from '#core/commands/command.ts';
import { ARGO_API_VERSION, isCompleted, type AnalysisRun, type Rollout } from '#core/resources/argo.ts';
import type { Ports } from '../ports.ts';
import { namedRuns } from './rollout-reads.ts';
import { siteOf } from './site.ts';

/** @param asked what the request is told apart by: asking twice for the same measures once */
export async function evaluateNow(rollout: Rollout, asked: string, cluster: string, ports: Ports): Promise<Verdict> {
  const site = siteOf({ cluster }, ports);
  const { namespace } = rollout.metadata;
  const measured: string[] = [];
  for (const name of namedRuns(rollout)) {
    const ref = { apiVersion: ARGO_API_VERSION, kind: 'AnalysisRun', namespace, name };
    const run = await site.cluster.get<AnalysisRun>(ref);
    if (run === undefined || isCompleted(run.status?.phase)) continue;
    await site.cluster.patch(ref, { metadata: { annotations: { [EVALUATE_ANNOTATION]: asked } } });
    await ports.queue.add({ cluster, kind: 'AnalysisRun', namespace, name }, ports.clock.now());
    measured.push(name);
  }
  if (measured.length === 0) return { state: 'applied', says: 'told: the release has no analysis that is running' };
  return { state: 'applied', says: `the metrics of ${measured.join(', ')} are asked now` };
}

/** AnalysisTemplates that a Rollout names, and those that they name in turn. */
import { ARGO_API_VERSION, type AnalysisTemplate, type ClusterAnalysisTemplate } from '#core/resources/argo.ts';
import type { Cluster } from '../ports.ts';

export interface TemplateName {
  readonly name: string;
  readonly clusterScope: boolean;
}

export interface Templates {
  readonly analysisTemplates: readonly AnalysisTemplate[];
  readonly clusterAnalysisTemplates: readonly ClusterAnalysisTemplate[];
}

/** Breadth first, each once: a reference cycle ends here and is reported by validation. Missing ones are left out. */
export async function readTemplates(
  names: readonly TemplateName[],
  namespace: string,
  cluster: Cluster,
): Promise<Templates> {
  const found = new Map<string, AnalysisTemplate | ClusterAnalysisTemplate | undefined>();
  let open = [...names];
  while (open.length > 0) {
    const level = [...new Map(open.map((name) => [keyOf(name), name])).values()].filter(
      (name) => !found.has(keyOf(name)),
    );
    const read = await Promise.all(level.map((name) => readTemplate(name, namespace, cluster)));
    for (const [index, name] of level.entries()) found.set(keyOf(name), read[index]);
    open = read.flatMap((template) => nested(template));
  }
  const templates = [...found.values()].filter((template) => template !== undefined);
  return {
    analysisTemplates: templates.filter(({ kind }) => kind === 'AnalysisTemplate'),
    clusterAnalysisTemplates: templates.filter(({ kind }) => kind === 'ClusterAnalysisTemplate'),
  };
}

function keyOf({ name, clusterScope }: TemplateName): string {
  return `${clusterScope ? 'cluster' : 'namespace'}/${name}`;
}

function readTemplate(
  { name, clusterScope }: TemplateName,
  namespace: string,
  cluster: Cluster,
): Promise<AnalysisTemplate | ClusterAnalysisTemplate | undefined> {
  const kind = clusterScope ? 'ClusterAnalysisTemplate' : 'AnalysisTemplate';
  return cluster.get({ apiVersion: ARGO_API_VERSION, kind, namespace: clusterScope ? '' : namespace, name });
}

function nested(template: AnalysisTemplate | ClusterAnalysisTemplate | undefined): TemplateName[] {
  return (template?.spec.templates ?? []).map(({ templateName, clusterScope }) => ({
    name: templateName ?? '',
    clusterScope: clusterScope ?? false,
  }));
}

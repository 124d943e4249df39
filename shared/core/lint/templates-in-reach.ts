/** The templates that a manifest can name, among the given ones. */
import type { TemplateRef } from '../analysis/collect-templates.ts';
import type { AnalysisTemplate, ClusterAnalysisTemplate } from '../resources/argo.ts';
import { argoKindOf, objectsInReach } from './manifest.ts';
import type { Subject } from './rule.ts';

/** By name. */
export interface TemplatesInReach {
  readonly templates: ReadonlyMap<string, AnalysisTemplate>;
  readonly clusterTemplates: ReadonlyMap<string, ClusterAnalysisTemplate>;
}

export function templatesInReach({ all, manifest }: Pick<Subject, 'all' | 'manifest'>): TemplatesInReach {
  const ofKind = (kind: string) => objectsInReach(all, manifest, (object) => argoKindOf(object) === kind);
  return {
    templates: byName(ofKind('AnalysisTemplate') as readonly AnalysisTemplate[]),
    clusterTemplates: byName(ofKind('ClusterAnalysisTemplate') as readonly ClusterAnalysisTemplate[]),
  };
}

function byName<Template extends AnalysisTemplate | ClusterAnalysisTemplate>(
  templates: readonly Template[],
): ReadonlyMap<string, Template> {
  return new Map(templates.map((template) => [template.metadata.name, template]));
}

export function isClusterScoped({ clusterScope }: TemplateRef): boolean {
  return clusterScope === true;
}

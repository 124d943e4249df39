/** The templates that a manifest can name, among the given ones. */
import type { TemplateLookup, TemplateRef } from '../analysis/collect-templates.ts';
import type { AnyTemplate } from './manifest.ts';
import { argoKindOf, objectsInReach } from './manifest.ts';
import type { Subject } from './rule.ts';

export function templatesInReach({ all, manifest }: Pick<Subject, 'all' | 'manifest'>): TemplateLookup {
  const named = (kind: string) => {
    const found = objectsInReach(all, manifest, (object) => argoKindOf(object) === kind) as readonly AnyTemplate[];
    return new Map(found.map((template) => [template.metadata.name, template]));
  };
  return { templates: named('AnalysisTemplate'), clusterTemplates: named('ClusterAnalysisTemplate') };
}

export function isClusterScoped({ clusterScope }: TemplateRef): boolean {
  return clusterScope === true;
}

/** The templates of a test's manifests, as the cores ask for them. */
import type { TemplateLookup } from '../analysis/collect-templates.ts';
import type { RolloutSnapshot } from '../rollout/snapshot.ts';
import { templateLookup } from '../rollout/template-lookup.ts';
import type { Manifests } from './test-case.ts';

export function templatesIn(
  manifests: Manifests,
): Pick<RolloutSnapshot, 'analysisTemplates' | 'clusterAnalysisTemplates'> {
  return { analysisTemplates: manifests.templates, clusterAnalysisTemplates: manifests.clusterTemplates };
}

export function lookupOf(manifests: Manifests): TemplateLookup {
  return templateLookup(templatesIn(manifests));
}

export function knownTemplates({ templates, clusterTemplates }: TemplateLookup): string {
  const names = [...templates.keys(), ...[...clusterTemplates.keys()].map((name) => `${name} (of the cluster)`)];
  return `in the manifests: ${names.join(', ') || 'none'}`;
}

/** The analysis templates of a snapshot by name. */
import type { TemplateLookup } from '../analysis/collect-templates.ts';
import type { RolloutSnapshot } from './snapshot.ts';

type Templates = Pick<RolloutSnapshot, 'analysisTemplates' | 'clusterAnalysisTemplates'>;

export function templateLookup({ analysisTemplates, clusterAnalysisTemplates }: Templates): TemplateLookup {
  return {
    templates: new Map(analysisTemplates.map((template) => [template.metadata.name, template])),
    clusterTemplates: new Map(clusterAnalysisTemplates.map((template) => [template.metadata.name, template])),
  };
}

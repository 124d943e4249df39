/** Does an analysis use a template, directly or through others? */
import { collectTemplates } from '../analysis/collect-templates.ts';
import { InvalidSpecError } from '../errors.ts';
import type { AnalysisUse } from './analyses-of.ts';
import type { AnyTemplate } from './manifest.ts';
import type { Subject } from './rule.ts';
import { templatesInReach } from './templates-in-reach.ts';

/** All templates of an analysis; undefined when one of them is missing or empty, or they form a cycle. */
export function templatesOf(
  { templates = [] }: AnalysisUse['analysis'],
  subject: Pick<Subject, 'all' | 'manifest'>,
): readonly AnyTemplate[] | undefined {
  try {
    const inReach = templatesInReach(subject);
    const set = collectTemplates(templates, inReach);
    const found = [
      ...set.templates.map(({ metadata }) => inReach.templates.get(metadata.name)),
      ...set.clusterTemplates.map(({ metadata }) => inReach.clusterTemplates.get(metadata.name)),
    ].filter((template) => template !== undefined);
    return found.some(isEmpty) ? undefined : found;
  } catch (error) {
    if (error instanceof InvalidSpecError) return undefined;
    throw error;
  }
}

function isEmpty({ spec: { metrics = [], templates = [] } }: AnyTemplate): boolean {
  return metrics.length + templates.length === 0;
}

/** @param subject its manifest is the Rollout's */
export function usesTemplate(
  analysis: AnalysisUse['analysis'],
  template: AnyTemplate,
  subject: Pick<Subject, 'all' | 'manifest'>,
): boolean {
  const found = templatesOf(analysis, subject);
  if (found !== undefined) return found.includes(template);
  return (analysis.templates ?? []).some(({ templateName }) => templateName === template.metadata.name);
}

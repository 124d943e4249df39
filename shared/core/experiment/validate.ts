/** What is wrong with an Experiment; the first fault is told. strategies §4.1. */
import type { Experiment } from '../resources/argo.ts';
import { isEmptySelector } from '../rollout/label-selector.ts';

export function experimentProblem({ metadata, spec }: Experiment): string | undefined {
  const templates = spec.templates ?? [];
  const seen = new Set<string>();
  for (const [index, { name = '', selector, minReadySeconds = 0 }] of templates.entries()) {
    if (selector === undefined) return `Rollout has missing field '.Spec.Templates[${index}].Selector'`;
    if (isEmptySelector(selector)) {
      return `This experiment is selecting all pods at index ${index}. A non-empty selector is required.`;
    }
    if (minReadySeconds > (spec.progressDeadlineSeconds ?? 600)) {
      return `MinReadySeconds cannot be longer than ProgressDeadlineSeconds. Check template index ${index}`;
    }
    if (name === '') return `Experiment ${metadata.name} has empty template name at index ${index}`;
    if (seen.has(name)) return `Experiment ${metadata.name} has repeated template name '${name}' in templates`;
    seen.add(name);
  }
  return undefined;
}

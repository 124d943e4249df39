/** The share of traffic that a running Experiment's versions get. strategies §3.2 "X". */
import type { WeightDestination } from '../../resources/argo.ts';
import type { Pass } from '../pass.ts';
import { currentStepIndex, stepsOf } from './current-step.ts';

/** Of the templates with a weight, in the order of the Experiment's status; none until it runs. */
export function experimentWeights(pass: Pass): readonly WeightDestination[] {
  const { status } = pass.experiment ?? {};
  if (status?.phase !== 'Running') return [];
  const reached = stepsOf(pass).slice(0, currentStepIndex(pass) + 1);
  const step = reached.findLast(({ experiment }) => experiment !== undefined)?.experiment;
  return (status.templateStatuses ?? []).flatMap(({ name, serviceName, podTemplateHash }) => {
    const weight = step?.templates.find((template) => template.name === name)?.weight;
    if (weight === undefined) return [];
    return [{ weight, ...(serviceName && { serviceName }), ...(podTemplateHash && { podTemplateHash }) }];
  });
}

/** Everything of a Rollout's spec but its strategy. engine §3. */
import type { Rollout } from '../resources/argo.ts';
import { forbidden, internal, invalid, required } from './field-error.ts';
import { isEmptySelector, selectorMatches, type Requirement } from './label-selector.ts';
import { templateProblems } from './validate-template.ts';

/** @param resolved the template is the referenced workload's */
export function specProblems(rollout: Rollout, resolved = false): readonly string[] {
  const { replicas = 1, minReadySeconds = 0, revisionHistoryLimit = 10, progressDeadlineSeconds = 600 } = rollout.spec;
  return [
    ...notNegative('spec.replicas', replicas),
    ...selectorProblems(rollout, resolved),
    ...(resolved ? [] : referencedTemplateProblems(rollout)),
    ...templateAndSelectorProblems(rollout, resolved),
    ...notNegative('spec.minReadySeconds', minReadySeconds),
    ...notNegative('spec.revisionHistoryLimit', revisionHistoryLimit),
    ...notNegative('spec.progressDeadlineSeconds', progressDeadlineSeconds),
    ...tooShort(progressDeadlineSeconds, minReadySeconds),
  ];
}

function tooShort(progressDeadlineSeconds: number, minReadySeconds: number): readonly string[] {
  if (progressDeadlineSeconds > minReadySeconds) return [];
  const detail = 'must be greater than minReadySeconds';
  return [invalid('spec.progressDeadlineSeconds', progressDeadlineSeconds, detail)];
}

function notNegative(path: string, value: number): readonly string[] {
  return value < 0 ? [invalid(path, value, 'must be greater than or equal to 0')] : [];
}

function selectorProblems({ spec: { selector, workloadRef } }: Rollout, resolved: boolean): readonly string[] {
  if (workloadRef !== undefined && !resolved) return [];
  if (selector === undefined) return [required('spec.selector', `Rollout has missing field '.spec.selector'`)];
  if (isEmptySelector(selector)) return [invalid('spec.selector', {}, 'empty selector is invalid for deployment')];
  return (selector.matchExpressions ?? []).flatMap((expression, index) =>
    expressionProblems(expression, `spec.selector.matchExpressions[${index}]`),
  );
}

/** k8s.io/apimachinery validation of a LabelSelectorRequirement. */
function expressionProblems({ operator, values = [] }: Requirement, path: string): readonly string[] {
  switch (operator) {
    case 'In':
    case 'NotIn': {
      const detail = "must be specified when `operator` is 'In' or 'NotIn'";
      return values.length === 0 ? [required(`${path}.values`, detail)] : [];
    }
    case 'Exists':
    case 'DoesNotExist': {
      const detail = "may not be specified when `operator` is 'Exists' or 'DoesNotExist'";
      return values.length > 0 ? [forbidden(`${path}.values`, detail)] : [];
    }
    default:
      return [invalid(`${path}.operator`, operator, 'not a valid selector operator')];
  }
}

function referencedTemplateProblems({ spec: { workloadRef, template } }: Rollout): readonly string[] {
  const { labels = {}, annotations = {} } = template?.metadata ?? {};
  const given = Object.keys(labels).length + Object.keys(annotations).length > 0;
  if (workloadRef === undefined || !given) return [];
  return [internal('spec.template', 'template must be empty for workload reference rollout')];
}

function templateAndSelectorProblems(
  { spec: { selector, template, workloadRef } }: Rollout,
  resolved: boolean,
): readonly string[] {
  if (workloadRef !== undefined && !resolved) return [];
  const labels = template?.metadata?.labels ?? {};
  const matches = selector === undefined || selectorMatches(selector, labels);
  const detail = '`selector` does not match template `labels`';
  return [
    ...(matches ? [] : [invalid('spec.template.metadata.labels', template?.metadata?.labels, detail)]),
    ...templateProblems(template ?? {}, 'spec.template'),
  ];
}

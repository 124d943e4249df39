/** What to do about each text of Argo's validation. The first line that fits answers. */

const FIXES: readonly (readonly [RegExp, string])[] = [
  [/missing field '\.spec\.selector'/, 'add spec.selector with the labels of spec.template'],
  [/empty selector is invalid/, 'give spec.selector the labels of spec.template'],
  [/`selector` does not match/, 'make spec.template.metadata.labels contain all of spec.selector.matchLabels'],
  [/canary or \.spec\.strategy\.blueGreen/, 'add spec.strategy.canary or spec.strategy.blueGreen'],
  [/Multiple Strategies/, 'keep one of canary and blueGreen'],
  [/progressDeadlineSeconds: .*minReadySeconds/, 'raise progressDeadlineSeconds above minReadySeconds'],
  [/greater than or equal to 0|must be >= 0/, 'write 0 or more'],
  [/SetWeight needs to be/, 'write a weight in that range'],
  [/Duration needs to be greater/, 'write seconds, or a duration such as 90s, 10m or 1h'],
  [/Step must have one of/, 'give each entry of steps exactly one kind: split it, or fill it in'],
  [/same service for the/, 'name two different Services'],
  [/MaxSurge and MaxUnavailable/, 'let one of maxSurge and maxUnavailable be above zero'],
  [/Canary service and Stable service/, 'name both canaryService and stableService'],
  [
    /requires TrafficRouting/,
    'add spec.strategy.canary.trafficRouting with a router that can do this, or drop the step',
  ],
  [/Experiment template weight/, 'remove the weight, or add trafficRouting with a router that can do this'],
  [/can only be used with traffic routing/, 'remove the field, or add trafficRouting'],
  [/managedRoutes/, 'list the route in spec.strategy.canary.trafficRouting.managedRoutes'],
  [/scale down limit/, 'raise revisionHistoryLimit, or lower scaleDownDelayRevisionLimit'],
  [/downwardAPI/, "use a field such as metadata.name or metadata.labels['app']"],
  [/analysis step needs at least one template/, 'name a template in analysis.templates'],
  [/runs indefinitely/, 'give the metric a count: here an analysis must come to an end'],
  [
    /was not resolved|missing analysis arguments/,
    'pass the argument in analysis.args, or give it a default in the template',
  ],
  [/unmatch label/, "make the Service's selector a part of the labels of spec.template"],
  [/managed by another Rollout/, 'give each Rollout Services of its own'],
  [/form a cycle/, 'let no template name itself, directly or through others'],
  [/different values/, 'give the argument one value, or different names in the two templates'],
  [/have the same name|duplicate name/, 'rename one of the two'],
  [/both Value and ValueFrom/, 'keep one of value and valueFrom'],
  [/failed to resolve/, 'declare the argument in spec.args, or correct its name'],
  [/no metrics specified/, 'add a metric, or name templates that have some'],
  [/no provider specified/, 'add provider with one of prometheus, web, datadog, job, …'],
  [/multiple providers/, 'make each provider a metric of its own'],
  [/interval must be specified/, 'add interval: the time between two measurements'],
  [/count .*must be >= /, 'raise count, or lower the limit'],
  [/cannot both be disabled/, 'set one of the two limits'],
  [/failureLimit must be/, 'write 0 or more, or -1 for no limit'],
  [/invalid (interval|startDelay) string/, 'write a duration such as 30s, 5m or 1h30m'],
  [/Rule didn't match/, 'name a metric of this run'],
  [/image: Required value/, 'add the image of the container'],
  [/name: Required value/, 'add a name'],
  [/containers: Required value/, 'add a container with name and image'],
  [/Supported values|supported values/, 'write one of the supported values'],
];

/** @param message a text of the engine's validation */
export function fixOf(message: string): string {
  const found = FIXES.find(([pattern]) => pattern.test(message));
  return found?.[1] ?? 'correct the field as the message says';
}

/** One run's spec from several templates and what their owner adds. analysis §3.2, §3.3. */
import { InvalidSpecError } from '../errors.ts';
import type { AnalysisRunSpec, Argument, DryRunRule, RetentionRule } from '../resources/argo.ts';
import type { Template, TemplateSet } from './collect-templates.ts';

/** What a Rollout's analysis or an Experiment gives besides the templates. */
export interface OwnerSettings {
  readonly args?: readonly Argument[];
  readonly dryRun?: readonly DryRunRule[];
  readonly measurementRetention?: readonly RetentionRule[];
}

/**
 * Namespaced templates first; the owner's rules in front of the templates'. Nothing else is inherited.
 * @throws InvalidSpecError for names that stand twice, and arguments that conflict or stay without value
 */
export function mergeTemplates(
  { templates, clusterTemplates }: TemplateSet,
  owner: OwnerSettings = {},
): AnalysisRunSpec {
  const all = [...templates, ...clusterTemplates];
  const metrics = unique(
    all.flatMap(({ spec }) => spec.metrics ?? []),
    ({ name }) => name,
    'two metrics have the same name',
  );
  const rehearsed = uniqueRules(
    all.flatMap(({ spec }) => spec.dryRun ?? []),
    DRY_RUN,
  );
  const retained = uniqueRules(
    all.flatMap(({ spec }) => spec.measurementRetention ?? []),
    RETENTION,
  );
  const args = applyArguments(mergeArguments(all), owner.args ?? []);
  const dryRun = uniqueRules([...(owner.dryRun ?? []), ...rehearsed], DRY_RUN);
  const measurementRetention = uniqueRules([...(owner.measurementRetention ?? []), ...retained], RETENTION);
  return {
    metrics,
    ...(dryRun.length > 0 && { dryRun }),
    ...(measurementRetention.length > 0 && { measurementRetention }),
    ...(args.length > 0 && { args }),
  };
}

const DRY_RUN = 'Dry-Run';
const RETENTION = 'Measurement Retention';

function uniqueRules<Rule extends { metricName: string }>(rules: readonly Rule[], what: string): Rule[] {
  return unique(rules, ({ metricName }) => metricName, `two ${what} metric rules have the same name`);
}

function unique<Item>(items: readonly Item[], nameOf: (item: Item) => string, problem: string): Item[] {
  const names = new Set<string>();
  for (const item of items) {
    const name = nameOf(item);
    if (names.has(name)) throw new InvalidSpecError(`${problem} '${name}'`);
    names.add(name);
  }
  return [...items];
}

/** By name, in the order of first appearance. A declaration without value gives way to a later one as a whole. */
function mergeArguments(templates: readonly Template[]): readonly Argument[] {
  const declared = new Map<string, Argument>();
  for (const arg of templates.flatMap(({ spec }) => spec.args ?? [])) {
    const earlier = declared.get(arg.name);
    if (hasValue(earlier) && hasValue(arg) && earlier.value !== arg.value) {
      const values = `'${earlier.value}', '${arg.value}'`;
      throw new InvalidSpecError(`Argument \`${arg.name}\` specified multiple times with different values: ${values}`);
    }
    if (!hasValue(earlier)) declared.set(arg.name, arg);
  }
  return [...declared.values()];
}

/** Arguments of the owner that no template declares are dropped. */
function applyArguments(declared: readonly Argument[], given: readonly Argument[]): Argument[] {
  const args = declared.map((argument) =>
    given.filter(({ name }) => name === argument.name).reduce(overridden, argument),
  );
  const missing = args.find((arg) => !hasValue(arg) && isNil(arg.valueFrom));
  if (missing !== undefined) throw new InvalidSpecError(`args.${missing.name} was not resolved`);
  return args;
}

/** A value replaces the value, else a source the source; a declared source stays next to a given value. */
function overridden(declared: Argument, given: Argument): Argument {
  if (hasValue(given)) return { ...declared, value: given.value };
  return isNil(given.valueFrom) ? declared : { ...declared, valueFrom: given.valueFrom };
}

function hasValue(arg: Argument | undefined): arg is Argument & { value: string } {
  return !isNil(arg?.value);
}

function isNil(value: unknown): value is undefined | null {
  return value === undefined || value === null;
}

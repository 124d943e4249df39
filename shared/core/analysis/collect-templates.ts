/** Gathering the templates that an owner names, and those that they name. analysis §3.1. */
import { InvalidSpecError } from '../errors.ts';
import type { AnalysisTemplateSpec } from '../resources/argo.ts';

/** What is needed of a template of either kind. */
export interface Template {
  readonly metadata: { readonly name: string; readonly annotations?: Record<string, string> };
  readonly spec: AnalysisTemplateSpec;
}

export interface TemplateRef {
  readonly templateName?: string;
  readonly clusterScope?: boolean;
}

/** Templates by name: those of the owner's namespace, and those of the cluster. */
export interface TemplateLookup {
  readonly templates: ReadonlyMap<string, Template>;
  readonly clusterTemplates: ReadonlyMap<string, Template>;
}

export interface TemplateSet {
  readonly templates: readonly Template[];
  readonly clusterTemplates: readonly Template[];
}

/**
 * Depth first: a template, then those that it names. Each template once, the two kinds in lists of their own.
 * @throws InvalidSpecError for a template that is missing, or that leads back to itself
 */
export function collectTemplates(refs: readonly TemplateRef[], lookup: TemplateLookup): TemplateSet {
  const found = { templates: new Map<string, Template>(), clusterTemplates: new Map<string, Template>() };
  const visit = (ref: TemplateRef, path: readonly string[]): void => {
    const label = labelOf(ref);
    if (path.includes(label)) throw new InvalidSpecError(`templates form a cycle: ${[...path, label].join(' -> ')}`);
    const template = templateOf(ref, lookup);
    const list = found[listOf(ref)];
    if (list.has(template.metadata.name)) return;
    list.set(template.metadata.name, template);
    for (const nested of template.spec.templates ?? []) visit(nested, [...path, label]);
  };
  for (const ref of refs) visit(ref, []);
  return { templates: [...found.templates.values()], clusterTemplates: [...found.clusterTemplates.values()] };
}

function templateOf(ref: TemplateRef, lookup: TemplateLookup): Template {
  const template = lookup[listOf(ref)].get(ref.templateName ?? '');
  if (template === undefined) throw new InvalidSpecError(`${labelOf(ref)} not found`);
  return template;
}

function listOf({ clusterScope }: TemplateRef): keyof TemplateLookup {
  return clusterScope === true ? 'clusterTemplates' : 'templates';
}

function labelOf(ref: TemplateRef): string {
  const kind = ref.clusterScope === true ? 'ClusterAnalysisTemplate' : 'AnalysisTemplate';
  return `${kind} '${ref.templateName ?? ''}'`;
}

import { describe, expect, it } from '@jest/globals';
import {
  collectTemplates,
  type Template,
  type TemplateLookup,
  type TemplateRef,
} from '#core/analysis/collect-templates.ts';

function aTemplate(name: string, templates: readonly TemplateRef[] = []): Template {
  return { metadata: { name }, spec: { metrics: [], templates: [...templates] } };
}

function lookup(templates: readonly Template[], clusterTemplates: readonly Template[] = []): TemplateLookup {
  const byName = (list: readonly Template[]) => new Map(list.map((template) => [template.metadata.name, template]));
  return { templates: byName(templates), clusterTemplates: byName(clusterTemplates) };
}

function names(refs: readonly TemplateRef[], known: TemplateLookup) {
  const { templates, clusterTemplates } = collectTemplates(refs, known);
  return [templates, clusterTemplates].map((list) => list.map(({ metadata }) => metadata.name));
}

const A: TemplateRef = { templateName: 'a' };
const B: TemplateRef = { templateName: 'b' };
const CLUSTER_A: TemplateRef = { templateName: 'a', clusterScope: true };

describe('given references to templates, when the templates are collected', () => {
  it('then each is followed by those that it names', () => {
    const known = lookup([aTemplate('a', [{ templateName: 'c' }]), aTemplate('b'), aTemplate('c')]);
    expect(names([A, B], known)).toEqual([['a', 'c', 'b'], []]);
  });

  it('then the two kinds are kept apart, equal names included', () => {
    const known = lookup([aTemplate('a', [CLUSTER_A]), aTemplate('b')], [aTemplate('a', [B])]);
    expect(names([A], known)).toEqual([['a', 'b'], ['a']]);
  });

  it('given one that is named twice, then it comes once, where it was named first', () => {
    const known = lookup([aTemplate('a', [B]), aTemplate('b'), aTemplate('c', [B])]);
    expect(names([A, { templateName: 'c' }, A], known)).toEqual([['a', 'b', 'c'], []]);
  });

  it.each([
    { given: [A], then: "AnalysisTemplate 'a' not found" },
    { given: [CLUSTER_A], then: "ClusterAnalysisTemplate 'a' not found" },
    { given: [{}], then: "AnalysisTemplate '' not found" },
  ])('given $given that does not exist, then $then', ({ given, then }) => {
    expect(() => collectTemplates(given, lookup([aTemplate('b')]))).toThrow(then);
  });

  it.each([
    { given: [aTemplate('a', [A])], then: "AnalysisTemplate 'a' -> AnalysisTemplate 'a'" },
    {
      given: [aTemplate('a', [B]), aTemplate('b', [A])],
      then: "AnalysisTemplate 'a' -> AnalysisTemplate 'b' -> AnalysisTemplate 'a'",
    },
  ])('given templates that lead back to themselves, then the way is told: $then', ({ given, then }) => {
    expect(() => collectTemplates([A], lookup(given))).toThrow(`templates form a cycle: ${then}`);
  });
});

import { describe, expect, it } from '@jest/globals';
import { runAnnotations } from '#core/analysis/run-annotations.ts';
import { runOfRollout } from '#core/analysis/create-run.ts';
import type { Rollout } from '#core/resources/argo.ts';
import { aMetric } from './builders.ts';

function rolloutWith(annotations: Record<string, string>): Rollout {
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Rollout',
    metadata: { name: 'shop', namespace: 'shop', uid: 'u', annotations },
    spec: {},
  };
}

function templateWith(name: string, annotations: Record<string, string> = {}) {
  return { metadata: { name, annotations }, spec: { metrics: [aMetric({ name: `${name}-rate` })] } };
}

const NONE = { templates: [], clusterTemplates: [] };

describe('given a Rollout and templates, when a run is made', () => {
  it('given nobody opted in, then it carries nothing of Weir', () => {
    const templates = { templates: [templateWith('a')], clusterTemplates: [templateWith('b', { team: 'x' })] };
    expect(runAnnotations(rolloutWith({ 'weir.dev/notify': '#shop' }), templates)).toEqual({});
  });

  it('given what the Rollout says, then the run says it too', () => {
    const given = {
      'weir.dev/on-provider-error': 'hold',
      'weir.dev/min-requests': '50',
      'weir.dev/requests-query': 'n',
    };
    expect(runAnnotations(rolloutWith({ ...given, other: 'x' }), NONE)).toEqual(given);
  });

  it('given rules of templates, then each is for its own metrics', () => {
    const templates = [templateWith('a', { 'weir.dev/min-requests': '5', 'weir.dev/requests-query': 'n' })];
    const clusterTemplates = [templateWith('b', { 'weir.dev/min-requests': '9' }), templateWith('c')];
    const { 'weir.dev/template-requests': rules } = runAnnotations(rolloutWith({}), { templates, clusterTemplates });
    expect(JSON.parse(rules ?? '')).toEqual([
      { metrics: ['a-rate'], min: '5', query: 'n' },
      { metrics: ['b-rate'], min: '9' },
    ]);
  });

  it('given an analysis that says otherwise in analysisRunMetadata, then that wins', () => {
    const run = runOfRollout({
      rollout: rolloutWith({}),
      purpose: { type: 'Background' },
      podHash: 'abc',
      annotations: { 'weir.dev/on-provider-error': 'hold' },
      metadata: { annotations: { 'weir.dev/on-provider-error': 'argo' } },
      spec: { metrics: [aMetric()] },
    });
    expect(run.metadata.annotations).toMatchObject({ 'weir.dev/on-provider-error': 'argo' });
  });
});

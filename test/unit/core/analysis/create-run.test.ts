import { describe, expect, it } from '@jest/globals';
import { chooseRun, isSameRun, runOfExperiment, runOfRollout, type RunPurpose } from '#core/analysis/create-run.ts';
import type { AnalysisRun, Experiment, Phase, Rollout } from '#core/resources/argo.ts';
import { aMetric } from './builders.ts';

const rollout: Rollout = {
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'Rollout',
  metadata: {
    name: 'shop',
    namespace: 'prod',
    uid: 'r-1',
    labels: { 'argo-rollouts.argoproj.io/controller-instance-id': 'blue' },
    annotations: { 'rollout.argoproj.io/revision': '7' },
  },
  spec: { selector: { matchLabels: { app: 'shop' } } },
};
const spec = { metrics: [aMetric()], args: [{ name: 'x', value: '1' }] };
const metadata = { labels: { app: 'other', team: 'a' }, annotations: { note: 'n' } };

function wanted(purpose: RunPurpose = { type: 'Background' }) {
  return runOfRollout({ rollout, purpose, podHash: 'abc', metadata, spec });
}

/** The wanted run as an earlier pass created it. */
function existing(name: string, phase: Phase = 'Running', changes: Partial<AnalysisRun['spec']> = {}): AnalysisRun {
  const run = wanted();
  return {
    ...run,
    metadata: { ...run.metadata, name, uid: `uid-${name}` },
    spec: { ...run.spec, ...changes },
    status: { phase },
  };
}

describe('given a Rollout, when a run is made for it', () => {
  it.each<{ purpose: RunPurpose; then: string }>([
    { purpose: { type: 'Background' }, then: 'shop-abc-7' },
    { purpose: { type: 'Step', stepIndex: 2 }, then: 'shop-abc-7-2' },
    { purpose: { type: 'PrePromotion' }, then: 'shop-abc-7-pre' },
    { purpose: { type: 'PostPromotion' }, then: 'shop-abc-7-post' },
  ])('given $purpose, then its name is $then', ({ purpose, then }) => {
    expect(wanted(purpose).metadata).toMatchObject({ name: then, labels: { 'rollout-type': purpose.type } });
  });

  it('then labels, annotations and owner are those that tools look for, and the selector wins', () => {
    expect(wanted({ type: 'Step', stepIndex: 0 })).toEqual({
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'AnalysisRun',
      metadata: {
        name: 'shop-abc-7-0',
        namespace: 'prod',
        labels: {
          'rollouts-pod-template-hash': 'abc',
          'rollout-type': 'Step',
          'step-index': '0',
          'argo-rollouts.argoproj.io/controller-instance-id': 'blue',
          team: 'a',
          app: 'shop',
        },
        annotations: { 'rollout.argoproj.io/revision': '7', note: 'n' },
        ownerReferences: [
          {
            apiVersion: 'argoproj.io/v1alpha1',
            kind: 'Rollout',
            name: 'shop',
            uid: 'r-1',
            controller: true,
            blockOwnerDeletion: true,
          },
        ],
      },
      spec,
    });
  });
});

describe('given an Experiment, when a run is made for it', () => {
  it('then it is named after both, with the labels that are asked for', () => {
    const experiment: Experiment = {
      ...rollout,
      kind: 'Experiment',
      metadata: { name: 'exp', namespace: 'prod', uid: 'e-1' },
      spec: { templates: [] },
    };
    expect(runOfExperiment({ experiment, analysis: 'smoke', metadata, spec }).metadata).toEqual({
      name: 'exp-smoke',
      namespace: 'prod',
      ...metadata,
      ownerReferences: [
        {
          apiVersion: 'argoproj.io/v1alpha1',
          kind: 'Experiment',
          name: 'exp',
          uid: 'e-1',
          controller: true,
          blockOwnerDeletion: true,
        },
      ],
    });
  });
});

describe('given runs that exist, when it is chosen what to do about a wanted one', () => {
  it('given its name is free, then it is created under it', () => {
    expect(chooseRun(wanted(), [existing('other')])).toEqual({ state: 'create', run: wanted() });
  });

  it('given the same run exists, then it is adopted', () => {
    const run = existing('shop-abc-7');
    expect(chooseRun(wanted(), [run])).toEqual({ state: 'adopt', run });
  });

  it('given the name is taken by others, then the next number is', () => {
    const others = [existing('shop-abc-7', 'Failed'), existing('shop-abc-7.1', 'Running', { args: [] })];
    expect(chooseRun(wanted(), others)).toMatchObject({ state: 'create', run: { metadata: { name: 'shop-abc-7.2' } } });
  });

  it('given a numbered one is the same, then it is adopted', () => {
    const others = [existing('shop-abc-7', 'Failed'), existing('shop-abc-7.1')];
    expect(chooseRun(wanted(), others)).toEqual({ state: 'adopt', run: others[1] });
  });
});

describe('given an existing run, when it is asked whether it is the wanted one', () => {
  const foreign = { ...existing('shop-abc-7'), metadata: { ...existing('shop-abc-7').metadata, ownerReferences: [] } };
  it.each([
    { given: 'an equal one', run: existing('shop-abc-7'), then: true },
    { given: 'one with empty lists', run: existing('shop-abc-7', 'Running', { dryRun: [] }), then: true },
    { given: 'one that is to terminate', run: existing('shop-abc-7', 'Running', { terminate: true }), then: true },
    { given: 'one not yet begun', run: existing('shop-abc-7', 'Pending'), then: true },
    { given: 'a completed one', run: existing('shop-abc-7', 'Successful'), then: false },
    { given: 'one of another owner', run: foreign, then: false },
    { given: 'one with other metrics', run: existing('shop-abc-7', 'Running', { metrics: [] }), then: false },
    {
      given: 'one with other arguments',
      run: existing('shop-abc-7', 'Running', { args: [{ name: 'x', value: '2' }] }),
      then: false,
    },
    {
      given: 'one with other rules',
      run: existing('shop-abc-7', 'Running', { dryRun: [{ metricName: 'm' }] }),
      then: false,
    },
    {
      given: 'one that keeps more',
      run: existing('shop-abc-7', 'Running', { measurementRetention: [{ metricName: 'm', limit: 3 }] }),
      then: false,
    },
  ])('given $given, then $then', ({ run, then }) => {
    expect(isSameRun(run, wanted())).toBe(then);
  });
});

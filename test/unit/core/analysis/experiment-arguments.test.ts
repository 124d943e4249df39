import { describe, expect, it } from '@jest/globals';
import { experimentArguments } from '#core/analysis/experiment-arguments.ts';
import type { Experiment } from '#core/resources/argo.ts';
import { stamp } from './builders.ts';

const REPLICA_SETS = new Map([['canary', { name: 'exp-canary', podTemplateHash: 'abc' }]]);

function anExperiment(availableAt?: string, duration?: string): Experiment {
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Experiment',
    metadata: { name: 'exp', namespace: 'shop', uid: 'e' },
    spec: { templates: [], ...(duration !== undefined && { duration }) },
    status: { ...(availableAt !== undefined && { availableAt }) },
  };
}

function resolved(value: string, experiment = anExperiment(stamp(0), '90s')) {
  return experimentArguments([{ name: 'x', value }], experiment, REPLICA_SETS)[0]?.value;
}

describe('given arguments of an Experiment, when its tokens are filled in', () => {
  it.each([
    { given: 'hash={{templates.canary.podTemplateHash}}', then: 'hash=abc' },
    { given: '{{ templates.canary.replicaset.name }}', then: 'exp-canary' },
    { given: '{{experiment.availableAt}}/{{experiment.finishedAt}}', then: `${stamp(0)}/${stamp(90)}` },
    { given: 'plain', then: 'plain' },
  ])('given $given, then $then', ({ given, then }) => {
    expect(resolved(given)).toBe(then);
  });

  it.each([
    { given: '{{templates.other.podTemplateHash}}', experiment: anExperiment(stamp(0), '90s') },
    { given: '{{experiment.availableAt}}', experiment: anExperiment(undefined, '90s') },
    { given: '{{experiment.finishedAt}}', experiment: anExperiment(stamp(0)) },
    { given: '{{args.x}}', experiment: anExperiment(stamp(0)) },
  ])('given $given that is not known, then an error', ({ given, experiment }) => {
    expect(() => resolved(given, experiment)).toThrow(`failed to resolve ${given}`);
  });

  it('then sources are not taken over', () => {
    const valueFrom = { secretKeyRef: { name: 's', key: 'k' } };
    const args = experimentArguments(
      [
        { name: 'x', valueFrom },
        { name: 'y', value: 'v', valueFrom },
      ],
      anExperiment(),
      new Map(),
    );
    expect(args).toEqual([{ name: 'x' }, { name: 'y', value: 'v' }]);
  });
});

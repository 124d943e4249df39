import { describe, expect, it } from '@jest/globals';
import type { KubernetesObject } from '#core/resources/kubernetes.ts';
import { foreignMeasurer, MeasurementGuard } from '../../../../infra/run/foreign-measurements.ts';

const STARTED = Date.UTC(2026, 10, 24, 12);

interface Written {
  readonly manager: string;
  /** Seconds after the start. */
  readonly after: number;
  readonly fields?: object;
  readonly kind?: string;
}

function aRun({ manager, after, fields = { 'f:metricResults': {} }, kind = 'AnalysisRun' }: Written): KubernetesObject {
  const time = new Date(STARTED + after * 1_000).toISOString();
  const managedFields = [{ manager, operation: 'Update', time, fieldsV1: { 'f:status': fields } }];
  const metadata = { name: 'run', namespace: 'shop', uid: 'u', managedFields };
  return { apiVersion: 'argoproj.io/v1alpha1', kind, metadata };
}

describe('measurements that Weir did not write', () => {
  it.each<{ given: string; written: Written; who: string | undefined }>([
    {
      given: "Argo's, since Weir executes",
      written: { manager: 'rollouts-controller', after: 5 },
      who: 'rollouts-controller',
    },
    {
      given: "Argo's, from before it handed over",
      written: { manager: 'rollouts-controller', after: -5 },
      who: undefined,
    },
    { given: "Weir's own", written: { manager: 'weir', after: 5 }, who: undefined },
    {
      given: 'another field of the status',
      written: { manager: 'kubectl', after: 5, fields: { 'f:message': {} } },
      who: undefined,
    },
    { given: 'another kind', written: { manager: 'x', after: 5, kind: 'Rollout' }, who: undefined },
  ])('given $given, then $who is told', ({ written, who }) => {
    expect(foreignMeasurer(aRun(written), STARTED)).toBe(who);
  });

  it('given some, then they are told once, and Weir is not alone from then on', () => {
    const guard = new MeasurementGuard();
    const foreign = aRun({ manager: 'rollouts-controller', after: 5 });
    expect(guard.look([foreign])).toBeUndefined();
    guard.start(STARTED);
    expect(guard.look([foreign])).toBe('rollouts-controller (shop/run)');
    expect(guard.look([foreign])).toBeUndefined();
    expect(guard.isAlone).toBe(false);
  });
});

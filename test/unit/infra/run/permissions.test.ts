import { expect, it } from '@jest/globals';
import { setImmediate } from 'node:timers/promises';
import type { KubernetesObject, NewObject } from '#core/resources/kubernetes.ts';
import { missingPermissions, neededFor } from '../../../../infra/run/permissions.ts';

interface Review extends KubernetesObject {
  readonly spec: { readonly resourceAttributes: { readonly resource: string; readonly verb: string } };
}

it('given all modes, when permissions are asked for, then few at a time, and each that is missing is named', async () => {
  let [asking, most] = [0, 0];
  const cluster = {
    async create<T extends KubernetesObject>(review: NewObject<T>): Promise<T> {
      asking += 1;
      most = Math.max(most, asking);
      await setImmediate();
      asking -= 1;
      const { resource, verb } = (review as unknown as Review).spec.resourceAttributes;
      return { ...review, status: { allowed: resource !== 'secrets' && verb !== 'delete' } } as unknown as T;
    },
  };
  const lease = { namespace: 'weir', name: 'weir-run' };
  const missing = await missingPermissions(cluster, neededFor(['analysis', 'rollouts'], lease), ['shop']);
  expect(missing.map(({ verb, resource }) => `${verb} ${resource}`)).toEqual([
    'get secrets',
    'delete jobs.batch',
    'delete analysisruns.argoproj.io',
    'delete replicasets.apps',
    'delete services',
    'delete experiments.argoproj.io',
  ]);
  expect(most).toBe(4);
});

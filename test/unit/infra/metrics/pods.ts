import type { SimulatedPod } from '../../../../infra/local/metrics/traffic.ts';

/** The ready pods of the guidelines' canary: some of the version that is tried, the others stable. */
export function podsOf(image: string, hash: string, count: number): readonly SimulatedPod[] {
  return Array.from({ length: count }, (_, index) => ({
    namespace: 'canary',
    service: 'my-app',
    pod: `my-app-${hash}-${index}`,
    podTemplateHash: hash,
    image,
  }));
}

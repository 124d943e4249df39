/** Which of two Services is whose. strategies §3.3. */
import type { Rollout } from '../../resources/argo.ts';

export interface ServicePair {
  readonly canary: string;
  readonly stable: string;
}

/** Which of the two is whose; undefined without ping-pong. Until the first promotion pong counts as the stable one's. */
export function pingPongServices({ spec, status }: Rollout): ServicePair | undefined {
  const { pingService = '', pongService = '' } = spec.strategy?.canary?.pingPong ?? {};
  if (pingService === '' || pongService === '') return undefined;
  return status?.canary?.stablePingPong === 'ping'
    ? { stable: pingService, canary: pongService }
    : { stable: pongService, canary: pingService };
}

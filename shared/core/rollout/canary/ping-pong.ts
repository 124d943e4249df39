/** Two Services that take turns: the selectors stay, the router's weight jumps. strategies §3.3. */
import { canaryOf, isFullyPromoted, type Pass } from '../pass.ts';
import { hashOf } from '../replica-sets.ts';
import { findService, switchSelector } from '../services.ts';
import { pingPongServices } from './ping-pong-services.ts';

/** The canary's Service follows the new version at once: no traffic reaches it before the router says so. */
export function reconcilePingPong(pass: Pass): void {
  const service = findService(pass, pingPongServices(pass.rollout)?.canary);
  const { newest } = pass.sets;
  if (service === undefined || newest === undefined || isFullyPromoted(pass.stored)) return;
  switchSelector(pass, service, hashOf(newest), 'the canary’s Service of the two');
}

/** The Services change their parts when a version becomes stable. */
export function nextPingPong(pass: Pass): 'ping' | 'pong' | undefined {
  const current = pass.stored.canary?.stablePingPong as 'ping' | 'pong' | undefined;
  if (canaryOf(pass)?.pingPong === undefined) return current;
  return current === 'ping' ? 'pong' : 'ping';
}

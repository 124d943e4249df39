/** Services: one that no Rollout names any more is given back. Nothing of it is recorded. */
import type { Decision } from '#core/decision.ts';
import { ARGO_API_VERSION, type Rollout } from '#core/resources/argo.ts';
import type { Service } from '#core/resources/kubernetes.ts';
import { decideService, type ServiceSnapshot } from '#core/rollout/service-clean-up.ts';
import type { ObjectKey, Ports, Site } from '../ports.ts';
import type { Controller } from './reconcile.ts';

export const serviceController: Controller<ServiceSnapshot, never> = {
  kind: 'Service',
  decidesIn: (site) => site.controllers.includes('rollouts'),
  observe,
  objectOf: ({ service }) => service,
  decide: (snapshot): Decision<never> => decideService(snapshot),
  compare: () => undefined,
  wakes: () => [],
  continues: () => false,
  waits: () => false,
};

async function observe(
  { namespace, name }: ObjectKey,
  { cluster }: Site,
  { clock }: Pick<Ports, 'clock'>,
): Promise<ServiceSnapshot | undefined> {
  const service = await cluster.get<Service>({ apiVersion: 'v1', kind: 'Service', namespace, name });
  if (service === undefined) return undefined;
  const { items } = await cluster.list<Rollout>({ apiVersion: ARGO_API_VERSION, kind: 'Rollout', namespace });
  return { now: clock.now(), service, rollouts: items };
}

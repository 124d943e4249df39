/** Services, Ingresses, DestinationRules: one that no Rollout names any more is given back. Nothing of it is recorded. */
import { ARGO_API_VERSION, type Rollout } from '#core/resources/argo.ts';
import { giveBack, LENT, type LentKind, type LentSnapshot } from '#core/rollout/left-behind.ts';
import type { Cluster, ObjectKey, Ports, Site } from '../ports.ts';
import type { Controller } from './reconcile.ts';

export function lentController(kind: LentKind): Controller<LentSnapshot, never> {
  return {
    kind,
    decidesIn: (site) => site.controllers.includes('rollouts'),
    observe: (request, site, ports) => observe(kind, request, site, ports),
    objectOf: ({ object }) => object,
    decide: giveBack,
    compare: () => undefined,
    wakes: () => [],
    continues: () => false,
    waits: () => false,
  };
}

async function observe(
  kind: LentKind,
  { namespace, name }: ObjectKey,
  { cluster }: Site,
  { clock }: Pick<Ports, 'clock'>,
): Promise<LentSnapshot | undefined> {
  const lent = LENT[kind];
  const object = await cluster.get({ apiVersion: lent.apiVersion, kind, namespace, name });
  if (object === undefined) return undefined;
  const managers = await Promise.all(
    lent.managersOf(object).map((manager) => readManager(manager, namespace, cluster)),
  );
  return { now: clock.now(), object, managers: managers.flat() };
}

/** Asked for by a field, the API server itself answers: what an instance of Weir does not see is not gone. */
async function readManager(name: string, namespace: string, cluster: Cluster): Promise<readonly Rollout[]> {
  const fieldSelector = `metadata.name=${name}`;
  const query = { apiVersion: ARGO_API_VERSION, kind: 'Rollout', namespace, fieldSelector };
  const { items } = await cluster.list<Rollout>(query);
  return items.filter(({ metadata }) => metadata.name === name);
}

/** Pointing a Service at the pods of one ReplicaSet. engine §19. */
import { MANAGED_BY, POD_TEMPLATE_HASH } from '../resources/keys.ts';
import type { Service } from '../resources/kubernetes.ts';
import type { Pass } from './pass.ts';

/** As edited so far in this pass; undefined when the name is empty or no such Service exists. */
export function findService({ snapshot, changes }: Pass, name: string | undefined): Service | undefined {
  if (name === undefined || name === '') return undefined;
  const service = snapshot.services.find(({ metadata }) => metadata.name === name);
  return service && changes.current(service);
}

/** Hash that the Service selects; empty when it selects none. */
export function selectedHash(service: Service | undefined): string {
  return service?.spec?.selector?.[POD_TEMPLATE_HASH] ?? '';
}

export function isManaged(service: Service): boolean {
  return service.metadata.annotations?.[MANAGED_BY] !== undefined;
}

/** Nothing to do when it selects the hash already and says by whom it is managed. */
export function switchSelector(pass: Pass, service: Service, hash: string, because: string): void {
  const before = selectedHash(service);
  if (before === hash && isManaged(service)) return;
  pass.changes.edit(service, (current) => selecting(current, hash, pass.rollout.metadata.name), because);
  if (before === hash) return;
  const name = service.metadata.name;
  pass.changes.event('SwitchService', `Switched selector for service '${name}' from '${before}' to '${hash}'`);
}

function selecting(service: Service, hash: string, rollout: string): Service {
  const annotations = { [MANAGED_BY]: rollout, ...service.metadata.annotations };
  const selector = { ...service.spec?.selector, [POD_TEMPLATE_HASH]: hash };
  return { ...service, metadata: { ...service.metadata, annotations }, spec: { ...service.spec, selector } };
}

import { InvalidSpecError } from '#core/errors.ts';
import type { ObjectKey, Ports, Site } from '../ports.ts';

/** @throws InvalidSpecError when the configuration does not know the cluster */
export function siteOf(request: Pick<ObjectKey, 'cluster'>, ports: Pick<Ports, 'sites'>): Site {
  const site = ports.sites.get(request.cluster);
  if (site !== undefined) return site;
  const known = [...ports.sites.keys()].join(', ');
  throw new InvalidSpecError(`cluster "${request.cluster}" is not configured; weir.yaml names: ${known}`);
}

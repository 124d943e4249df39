/** Has anybody edited, added or removed what was ordered? Of one rollout, of one person or alert, or of all that is there. */
import { verifyAll, verifyOrders, type VerifyPorts } from '#shared/controllers/verify-orders.ts';
import type { WebRequest, WebResponse } from '#shared/web-request.ts';
import { problem } from './problem.ts';

export async function auditOrders(ports: VerifyPorts, { query }: WebRequest): Promise<WebResponse> {
  const { rollout: typed, person } = query;
  if (person !== undefined) return { status: 200, body: { chains: [await verifyOrders({ person }, ports)] } };
  if (typed === undefined) return { status: 200, body: { chains: await verifyAll(ports) } };
  const [cluster = '', namespace = '', name = ''] = typed.split('/');
  if (name === '') return problem(400, 'say whose: rollout=cluster/namespace/name, person=ID, or nothing for all');
  const rollout = { cluster, namespace, name };
  return { status: 200, body: { chains: [await verifyOrders({ rollout }, ports)] } };
}

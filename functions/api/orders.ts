/** The audit trail: orders of a rollout or of a person, newest first, as they were stored and finished. */
import type { OrderStore, StoredOrder } from '#shared/ports.ts';
import type { WebRequest, WebResponse } from '#shared/web-request.ts';
import { problem } from './problem.ts';

const MOST_ORDERS = 500;

export async function listOrders(
  { orders }: { readonly orders: OrderStore },
  { query }: WebRequest,
): Promise<WebResponse> {
  const limit = Number(query['limit'] ?? 50);
  if (!Number.isInteger(limit) || limit < 1 || limit > MOST_ORDERS)
    return problem(400, `limit is a number from 1 to ${MOST_ORDERS}`);
  const { person, rollout } = query;
  const [cluster = '', namespace = '', name = ''] = (rollout ?? '').split('/');
  if (person !== undefined) return told(await orders.ofPerson(person, limit));
  if (name === '') return problem(400, 'say whose: person=ID, or rollout=cluster/namespace/name');
  return told(await orders.ofRollout({ cluster, namespace, name }, limit));
}

/** Where an answer goes is a secret of the asker's workspace for half an hour. */
function told(found: readonly StoredOrder[]): WebResponse {
  const orders = found.map((stored) => {
    const { answerTo: _, ...order } = stored.order;
    return { ...stored, order };
  });
  return { status: 200, body: { orders } };
}

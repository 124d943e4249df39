/** The JSON API behind the `weir` CLI: how rollouts stand, what happened to them, and orders. */
import { DEFAULT_ALERT_POLICY, type AlertPolicy } from '#core/alerts/policy.ts';
import type { Freeze } from '#core/commands/freeze.ts';
import { parseWords } from '#core/commands/parse.ts';
import { messageOf } from '#core/errors.ts';
import { parseAlertGroup } from '#shared/alertmanager/payload.ts';
import { isBearer } from '#shared/bearer-token.ts';
import { readHistory } from '#shared/controllers/release-history.ts';
import { allFreezes } from '#shared/controllers/freezes.ts';
import { findRollouts } from '#shared/controllers/find-rollouts.ts';
import { createLoadGauge, RETRY_AFTER } from '#shared/controllers/load.ts';
import { placeOrder, type OrderPorts } from '#shared/controllers/place-order.ts';
import { readView } from '#shared/controllers/view.ts';
import type { Ports } from '#shared/ports.ts';
import { createRefusals } from '#shared/refusals.ts';
import type { WebRequest, WebResponse } from '#shared/web-request.ts';
import { deliveredAlerts, explainAlerts } from './alerts.ts';
import { auditOrders } from './audit.ts';
import { listOrders } from './orders.ts';
import { problem } from './problem.ts';
import { redriveAll, type RedrivePorts } from './redrive.ts';
import { parseOrderRequest } from './schema.ts';

export interface ApiPorts extends Omit<OrderPorts, 'load'>, RedrivePorts, Pick<Ports, 'history' | 'cursors'> {
  /** Who may ask, by token: the name stands in the audit trail. */
  tokens(): Promise<readonly ApiToken[]>;
  /** What the configuration says about alerts. */
  readonly alerts?: AlertPolicy;
  /** Those of the configuration. */
  readonly freezes?: readonly Freeze[];
}

export interface ApiToken {
  readonly token: string;
  readonly name: string;
}

/** Deliveries of one answer. */
const MOST_ALERTS = 500;

/** Each release is told with all its transitions. */
const MOST_RELEASES = 100;

type RoutePorts = ApiPorts & OrderPorts;
type Route = (
  ports: RoutePorts,
  parts: readonly string[],
  request: WebRequest,
  caller: ApiToken,
) => Promise<WebResponse>;

const ROUTES: Readonly<Record<string, Route>> = {
  'GET rollouts': listRollouts,
  'GET rollout': getRollout,
  'GET history': getHistory,
  'POST orders': postOrder,
  'GET orders': getOrder,
  'GET audit': (ports, _parts, request) => auditOrders(ports, request),
  'GET alerts': listAlerts,
  'GET freezes': listFreezes,
  'POST alerts': testAlerts,
  'POST redrive': postRedrive,
};

export function createApiHandler(given: ApiPorts) {
  const ports: RoutePorts = { ...given, load: createLoadGauge(given) };
  const refuse = createRefusals('api', given);

  return async function api(request: WebRequest): Promise<WebResponse> {
    try {
      const caller = (await ports.tokens()).find(({ token }) => isBearer(request.headers['authorization'], token));
      if (caller === undefined) return refuse(401, 'the bearer token is missing or wrong');
      const [, , resource = '', ...parts] = request.path.split('/').map(decoded);
      const route = ROUTES[`${request.method} ${resource}`];
      return await (route?.(ports, parts, request, caller) ??
        problem(404, `nothing at ${request.method} ${request.path}`));
    } catch (error) {
      ports.log.warn('API request failed', { path: request.path, error: messageOf(error) });
      return problem(503, 'not available now; try again');
    }
  };
}

/** A part that is not encoded as it should be names nothing. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return '';
  }
}

async function listRollouts(ports: ApiPorts): Promise<WebResponse> {
  const { found, silent } = await findRollouts(ports.sites, ports.log);
  return { status: 200, body: { rollouts: found, silent } };
}

async function getRollout(ports: ApiPorts, [cluster = '', namespace = '', name = '']: readonly string[]) {
  const site = ports.sites.get(cluster);
  const view = site && (await readView({ namespace, name }, site, ports.clock));
  return view === undefined ? problem(404, `no rollout ${cluster}/${namespace}/${name}`) : { status: 200, body: view };
}

async function getHistory(
  ports: ApiPorts,
  [cluster = '', namespace = '', name = '']: readonly string[],
  { query }: WebRequest,
): Promise<WebResponse> {
  const limit = Number(query['limit'] ?? 5);
  if (!Number.isInteger(limit) || limit < 1 || limit > MOST_RELEASES)
    return problem(400, `limit is a number from 1 to ${MOST_RELEASES}`);
  const releases = await readHistory({ cluster, namespace, name }, limit, ports);
  return { status: 200, body: { releases } };
}

async function postOrder(
  ports: RoutePorts,
  _parts: readonly string[],
  { rawBody }: WebRequest,
  { name }: ApiToken,
): Promise<WebResponse> {
  const request = parseOrderRequest(rawBody);
  if ('problem' in request) return problem(400, request.problem);
  const asked = parseWords(request.words);
  if (asked.kind !== 'order') return problem(400, asked.kind === 'help' ? (asked.problem ?? 'no order') : 'no order');
  const asker = { orderId: `api:${name}/${request.id}`, actor: { id: `cli:${name}`, name, kind: 'person' } as const };
  const result = await placeOrder(asked, asker, ports);
  if ('problem' in result) return problem(404, result.problem);
  if ('busy' in result) return { ...problem(503, result.busy), headers: { 'retry-after': RETRY_AFTER } };
  return { status: 202, body: { id: asker.orderId, ...result } };
}

async function getOrder(ports: ApiPorts, [id = '']: readonly string[], request: WebRequest): Promise<WebResponse> {
  if (id === '') return listOrders(ports, request);
  const order = await ports.orders.get(id);
  if (order === undefined) return problem(404, `no order ${id}`);
  const { state, verdict, receivedAt, finishedAt, person, effect } = order;
  return { status: 200, body: { id, state, verdict, receivedAt, finishedAt, person, effect } };
}

async function listAlerts(ports: ApiPorts, _parts: readonly string[], { query }: WebRequest): Promise<WebResponse> {
  const limit = Math.min(Math.max(Number(query['limit'] ?? 50) || 50, 1), MOST_ALERTS);
  return { status: 200, body: { alerts: await deliveredAlerts(ports.orders, limit) } };
}

async function listFreezes(ports: ApiPorts): Promise<WebResponse> {
  return { status: 200, body: await allFreezes(ports, ports.freezes) };
}

/** A payload as Alertmanager sends it: what it would do. Nothing is stored and nothing is done. */
async function testAlerts(ports: ApiPorts, _parts: readonly string[], { rawBody }: WebRequest): Promise<WebResponse> {
  const parsed = parseAlertGroup(rawBody);
  if ('problem' in parsed) return problem(400, parsed.problem);
  const explained = await explainAlerts(parsed.group, ports, ports.alerts ?? DEFAULT_ALERT_POLICY);
  return { status: 200, body: { alerts: explained } };
}

async function postRedrive(
  ports: ApiPorts,
  _parts: readonly string[],
  _request: WebRequest,
  { name }: ApiToken,
): Promise<WebResponse> {
  const redriven = await redriveAll(ports);
  ports.log.info('Redriven', { person: `cli:${name}`, objects: redriven.objects.length, messages: redriven.messages });
  return { status: 200, body: redriven };
}

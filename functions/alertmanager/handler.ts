/**
 * Alertmanager's webhook: verified, stored, answered; what the alerts do is decided where orders are applied. 200 is said
 * only after the durable write. Alertmanager retries 5xx only, so overload and a store that is down answer 503, never 429:
 * what comes again and is stored already is no second alert.
 */
import { alertId, type Alert } from '#core/alerts/alert.ts';
import { truncatedAlert } from '#core/alerts/truncated.ts';
import { messageOf } from '#core/errors.ts';
import type { JsonObject } from '#core/json.ts';
import type { Instant } from '#core/time.ts';
import { isBearer } from '#shared/bearer-token.ts';
import { ALERT_DELIVERIES, personOf } from '#shared/controllers/alert-plan.ts';
import { createLoadGauge, laneOfAlert, RETRY_AFTER } from '#shared/controllers/load.ts';
import type { Clock, Log, OrderSender, OrderStore, StoredOrder } from '#shared/ports.ts';
import { createRefusals } from '#shared/refusals.ts';
import type { WebRequest, WebResponse } from '#shared/web-request.ts';
import { parseAlertGroup, type AlertGroup } from '#shared/alertmanager/payload.ts';

/** Larger bodies are refused: an Alertmanager sends far less, or has `max_alerts` to keep to it. */
const LARGEST_BODY = 1024 * 1024;

/** Alerts of one delivery that are stored side by side. */
const AT_ONCE = 25;

type Stored = 'accepted' | 'duplicate' | 'busy';

export interface AlertmanagerPorts {
  readonly clock: Clock;
  readonly orders: OrderStore;
  readonly sender: OrderSender;
  readonly log: Log;
  /** Name of the alert that always fires: each time it comes is said, so that its silence can be noticed. */
  readonly watchdog?: string;
  /** Subjects of client certificates (mTLS before this door); any or none by default. */
  readonly clientCertificates?: readonly string[];
  /** The valid bearer tokens: two while one is being replaced. */
  tokens(): Promise<readonly string[]>;
}

export function createAlertmanagerHandler(ports: AlertmanagerPorts) {
  const load = createLoadGauge(ports);
  const refuse = createRefusals('alertmanager', ports);

  return async function receiveAlerts(request: WebRequest): Promise<WebResponse> {
    if (Buffer.byteLength(request.rawBody) > LARGEST_BODY) return refused(413, 'the body is larger than 1 MiB');
    try {
      if (!isKnownClient(request, ports)) return refuse(403, 'not the client certificate of alerts.clientCertificates');
      if (!(await isAlertmanager(request))) return refuse(401, 'the bearer token is missing or wrong');
      const parsed = parseAlertGroup(request.rawBody);
      if ('problem' in parsed) return refused(400, parsed.problem);
      listenForWatchdog(parsed.group);
      const { stored, turnedAway } = await storeAll(parsed.group);
      return turnedAway === 0 ? { status: 200, body: { stored } } : busy(stored, turnedAway);
    } catch (error) {
      ports.log.warn('Alerts not stored', { error: messageOf(error) });
      return refused(503, 'not stored; send it again');
    }
  };

  function listenForWatchdog({ alerts }: AlertGroup): void {
    const { watchdog } = ports;
    const heard = alerts.find(({ status, labels }) => status === 'firing' && labels['alertname'] === watchdog);
    if (watchdog !== undefined && heard !== undefined)
      ports.log.info('Watchdog heard', { cluster: heard.labels['cluster'] ?? '' });
  }

  /** Every token is compared, so that the time taken does not tell which one fits. */
  async function isAlertmanager({ headers }: WebRequest): Promise<boolean> {
    const tokens = await ports.tokens();
    return tokens.map((token) => isBearer(headers['authorization'], token)).includes(true);
  }

  /** What is known already is sent again: the first delivery may have died before it was sent. */
  async function storeAll(group: AlertGroup): Promise<{ stored: number; turnedAway: number }> {
    const leftOut = truncatedAlert(group, ports.clock.now());
    const alerts = leftOut === undefined ? group.alerts : [...group.alerts, leftOut];
    const results: Stored[] = [];
    for (let from = 0; from < alerts.length; from += AT_ONCE) {
      results.push(...(await Promise.all(alerts.slice(from, from + AT_ONCE).map((alert) => store(alert, group)))));
    }
    const countOf = (what: Stored) => results.filter((result) => result === what).length;
    return { stored: countOf('accepted'), turnedAway: countOf('busy') };
  }

  async function store(alert: Alert, group: AlertGroup): Promise<Stored> {
    const lane = laneOfAlert(alert);
    if (await load.isBusy(lane)) return 'busy';
    const id = alertId(alert);
    const result = await ports.orders.accept(toOrder(id, alert, group, ports.clock.now()));
    if (result === 'accepted') load.accepted(lane);
    await ports.sender.send(id, lane);
    return result;
  }

  function busy(stored: number, turnedAway: number): WebResponse {
    ports.log.warn('Turned away for load', { door: 'alertmanager', alerts: turnedAway, stored });
    const error = `too many orders wait: ${turnedAway} alerts not stored; send it again`;
    return { status: 503, body: { error, stored }, headers: { 'retry-after': RETRY_AFTER } };
  }
}

/** The certificate itself was checked where TLS ends: API Gateway hands on whose it is. */
function isKnownClient(
  { clientCertificate = '' }: WebRequest,
  { clientCertificates = [] }: Pick<AlertmanagerPorts, 'clientCertificates'>,
): boolean {
  return clientCertificates.length === 0 || clientCertificates.includes(clientCertificate);
}

function toOrder(id: string, alert: Alert, { truncatedAlerts }: AlertGroup, receivedAt: Instant): StoredOrder {
  const order: JsonObject = { kind: 'alert', alert: { ...alert }, truncatedAlerts };
  return { id, receivedAt, rollout: ALERT_DELIVERIES, person: personOf(alert), order, state: 'accepted' };
}

function refused(status: number, error: string): WebResponse {
  return { status, body: { error } };
}

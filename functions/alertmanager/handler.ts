/**
 * Alertmanager's webhook: verified, stored, answered; what the alerts do is decided where orders are applied. 200 is said
 * only after the durable write. Alertmanager retries 5xx only, so overload and a store that is down answer 503, never 429.
 */
import { alertId, type Alert } from '#core/alerts/alert.ts';
import { truncatedAlert } from '#core/alerts/truncated.ts';
import { messageOf } from '#core/errors.ts';
import type { JsonObject } from '#core/json.ts';
import { isBearer } from '#shared/bearer-token.ts';
import { ALERT_DELIVERIES, personOf } from '#shared/controllers/alert-plan.ts';
import type { Clock, Log, OrderSender, OrderStore } from '#shared/ports.ts';
import type { WebRequest, WebResponse } from '#shared/web-request.ts';
import { parseAlertGroup, type AlertGroup } from '#shared/alertmanager/payload.ts';

/** Larger bodies are refused: an Alertmanager sends far less, or has `max_alerts` to keep to it. */
const LARGEST_BODY = 1024 * 1024;

/** Alerts of one delivery that are stored side by side. */
const AT_ONCE = 25;

export interface AlertmanagerPorts {
  readonly clock: Clock;
  readonly orders: OrderStore;
  readonly sender: OrderSender;
  readonly log: Log;
  /** Name of the alert that always fires: each time it comes is said, so that its silence can be noticed. */
  readonly watchdog?: string;
  /** The valid bearer tokens: two while one is being replaced. */
  tokens(): Promise<readonly string[]>;
}

export function createAlertmanagerHandler(ports: AlertmanagerPorts) {
  return async function receiveAlerts(request: WebRequest): Promise<WebResponse> {
    if (Buffer.byteLength(request.rawBody) > LARGEST_BODY) return refused(413, 'the body is larger than 1 MiB');
    try {
      if (!(await isAlertmanager(request))) {
        ports.log.info('Webhook refused', { reason: 'token' });
        return refused(401, 'the bearer token is missing or wrong');
      }
      const parsed = parseAlertGroup(request.rawBody);
      if ('problem' in parsed) return refused(400, parsed.problem);
      const stored = await storeAll(parsed.group);
      listenForWatchdog(parsed.group);
      return { status: 200, body: { stored } };
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

  /** Also what is known already is sent again: the first delivery may have died before it was sent. @returns new ones */
  async function storeAll(group: AlertGroup): Promise<number> {
    const leftOut = truncatedAlert(group, ports.clock.now());
    const alerts = leftOut === undefined ? group.alerts : [...group.alerts, leftOut];
    let stored = 0;
    for (let from = 0; from < alerts.length; from += AT_ONCE) {
      const results = await Promise.all(alerts.slice(from, from + AT_ONCE).map((alert) => store(alert, group)));
      stored += results.filter((result) => result === 'accepted').length;
    }
    return stored;
  }

  async function store(alert: Alert, group: AlertGroup): Promise<'accepted' | 'duplicate'> {
    const id = alertId(alert);
    const result = await ports.orders.accept(toOrder(id, alert, group));
    await ports.sender.send(id);
    return result;
  }

  function toOrder(id: string, alert: Alert, group: AlertGroup) {
    const order: JsonObject = { kind: 'alert', alert: { ...alert }, truncatedAlerts: group.truncatedAlerts };
    const filed = { rollout: ALERT_DELIVERIES, person: personOf(alert) };
    return { id, receivedAt: ports.clock.now(), ...filed, order, state: 'accepted' } as const;
  }
}

function refused(status: number, error: string): WebResponse {
  return { status, body: { error } };
}

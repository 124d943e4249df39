/** What is served: webhooks, API, health and metrics. */
import { createAlertmanagerHandler } from '../../functions/alertmanager/handler.ts';
import { createApiHandler } from '../../functions/api/handler.ts';
import type { SlackDoor } from '../../functions/slack/door.ts';
import { createSlackHandler } from '../../functions/slack/handler.ts';
import type { Freeze } from '#core/commands/freeze.ts';
import type { AlertPolicy } from '#core/alerts/policy.ts';
import { tell } from '#shared/slack/answers.ts';
import type { Credentials } from '../local/credentials.ts';
import type { Exposition } from './exposition.ts';
import type { Route } from './http-server.ts';
import type { Readiness } from './readiness.ts';
import type { Work } from './work.ts';

export interface AddressParts {
  readonly work: Work;
  readonly credentials: Credentials;
  readonly readiness: Readiness;
  readonly alerts: AlertPolicy;
  readonly freezes: readonly Freeze[];
  /** Whose orders are taken. */
  readonly slack: Pick<SlackDoor, 'teams' | 'appId'>;
}

export function webRoutes({
  work,
  credentials,
  readiness,
  alerts,
  freezes,
  slack,
}: AddressParts): Readonly<Record<string, Route>> {
  const common = { ...work.ports, sender: work.orders, freezes };
  return {
    ...healthRoutes(readiness),
    alertmanager: createAlertmanagerHandler({
      ...common,
      watchdog: alerts.watchdog,
      tokens: async () => [credentials.alertmanagerToken],
    }),
    slack: createSlackHandler({
      ...common,
      wallClock: { now: Date.now },
      seen: work.ports.cursors,
      signingSecrets: async () => [credentials.slackSigningSecret],
      tell,
      teams: slack.teams ?? [],
      appId: slack.appId,
    }),
    api: createApiHandler({
      ...common,
      alerts,
      deadLetters: work.lanes,
      tokens: async () => [{ token: credentials.apiToken, name: 'weir run' }],
    }),
  };
}

export function metricsRoutes(exposition: Exposition, readiness: Readiness): Readonly<Record<string, Route>> {
  return { ...healthRoutes(readiness), metrics: () => ({ status: 200, body: exposition.text() }) };
}

/** The process lives as long as it answers; whether it does its work, /readyz says. */
function healthRoutes(readiness: Readiness): Readonly<Record<string, Route>> {
  return {
    healthz: () => ({ status: 200, body: { ok: true } }),
    readyz() {
      const reasons = readiness.reasons();
      return { status: reasons.length === 0 ? 200 : 503, body: { ready: reasons.length === 0, reasons } };
    },
  };
}

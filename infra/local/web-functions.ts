/** The functions behind an address, plugged together for one process. */
import type { Ports } from '#shared/ports.ts';
import { createAlertmanagerHandler } from '../../functions/alertmanager/handler.ts';
import { createApiHandler } from '../../functions/api/handler.ts';
import { createSlackHandler } from '../../functions/slack/handler.ts';
import type { Credentials } from './credentials.ts';
import type { Engine } from './engine.ts';
import type { WebHandler } from './web-server.ts';

/** @param ports the engine's, with the clusters that the web functions read */
export function webFunctions(
  engine: Engine,
  ports: Ports,
  { apiToken, alertmanagerToken, slackSigningSecret }: Credentials,
): Readonly<Record<string, WebHandler>> {
  const common = { ...ports, sender: engine.orderSender };
  return {
    alertmanager: createAlertmanagerHandler({ ...common, tokens: async () => [alertmanagerToken] }),
    slack: createSlackHandler({
      ...common,
      wallClock: { now: Date.now },
      seen: ports.cursors,
      signingSecrets: async () => [slackSigningSecret],
    }),
    api: createApiHandler({ ...common, tokens: async () => [{ token: apiToken, name: 'local' }] }),
  };
}

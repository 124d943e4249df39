/** The functions behind an address, plugged together for one process. */
import { alertmanagerFunction } from '../../functions/alertmanager/function.ts';
import { apiFunction } from '../../functions/api/function.ts';
import { slackFunction } from '../../functions/slack/function.ts';
import type { Credentials } from './credentials.ts';
import type { Engine } from './engine.ts';
import type { WebFunction } from './web-server.ts';

export function webFunctions(
  { ports, orderSender, deadLetters }: Engine,
  { apiToken, alertmanagerToken, slackSigningSecret }: Credentials,
  tell: (responseUrl: string, text: string) => Promise<void>,
): Readonly<Record<string, WebFunction>> {
  const common = { ...ports, sender: orderSender };
  return {
    alertmanager: alertmanagerFunction({ ...common, tokens: async () => [alertmanagerToken] }),
    slack: slackFunction({
      ...common,
      wallClock: { now: Date.now },
      seen: ports.cursors,
      signingSecrets: async () => [slackSigningSecret],
      tell,
    }),
    api: apiFunction({ ...common, deadLetters, tokens: async () => [{ token: apiToken, name: 'local' }] }),
  };
}

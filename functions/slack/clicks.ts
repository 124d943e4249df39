/** A click is an order; what Slack is answered to it nobody sees, so a problem is told through the response_url. */
import { messageOf } from '#core/errors.ts';
import { BUSY, storeCommand, type Asker, type OrderPorts } from '#shared/controllers/place-order.ts';
import type { WebRequest } from '#shared/web-request.ts';
import { isReplayed, type SlackDoor } from './door.ts';
import type { Click } from './interaction.ts';

export interface Teller {
  /** Posts to a response_url, seen by who asked. */
  readonly tell?: (responseUrl: string, text: string) => Promise<void>;
}

type ClickPorts = OrderPorts & SlackDoor & Teller;

export async function orderClicked(
  click: Click,
  request: WebRequest,
  ports: ClickPorts,
): Promise<'stored' | 'replayed' | 'told'> {
  try {
    if (await isReplayed(request, ports)) return 'replayed';
    const stored = await storeCommand(click.command, clickerOf(click, request), ports);
    if (stored === 'stored') return stored;
    return await tellClicker(click, `Not done: ${BUSY}.`, ports);
  } catch (error) {
    ports.log.warn('Click not done', { error: messageOf(error) });
    return tellClicker(click, 'Not done: Weir could not store it. Please try again.', ports);
  }
}

async function tellClicker({ responseUrl }: Click, text: string, { tell, log }: ClickPorts): Promise<'told'> {
  try {
    if (responseUrl !== undefined) await tell?.(responseUrl, text);
  } catch (error) {
    log.warn('Answer not delivered', { error: messageOf(error) });
  }
  return 'told';
}

function clickerOf({ teamId, userId, channelId, responseUrl }: Click, { headers }: WebRequest): Asker {
  return {
    orderId: `slack:${headers['x-slack-signature'] ?? ''}`,
    actor: { id: `slack:${teamId}/${userId}`, name: `@${userId}`, kind: 'person', channel: channelId },
    ...(responseUrl === undefined ? {} : { answerTo: responseUrl }),
  };
}

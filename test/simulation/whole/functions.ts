/** The functions of Weir, each plugged into what its invocation sees. */
import { createCardAnnouncer } from '#shared/slack/card-announcer.ts';
import { readReleaseOf } from '#shared/controllers/release-history.ts';
import { SECOND, type Millis } from '#core/time.ts';
import type { WebRequest, WebResponse } from '#shared/web-request.ts';
import { createAlertmanagerHandler } from '../../../functions/alertmanager/handler.ts';
import { createNotifierHandler } from '../../../functions/notifier/handler.ts';
import { parseBusEvent } from '../../../functions/notifier/schema.ts';
import { createOrdersHandler } from '../../../functions/orders/handler.ts';
import { createReconcileHandler } from '../../../functions/reconcile/handler.ts';
import { createSlackHandler } from '../../../functions/slack/handler.ts';
import { createTickHandler } from '../../../functions/tick/handler.ts';
import type { Scheduler } from '../scheduler.ts';
import type { Consumer, QueueName, View } from './system.ts';

export const CHANNEL = 'C0RELEASES';
export const TOKEN = 'alertmanager-token';
export const SIGNING_SECRET = 'signing-secret';

export const CONSUMERS: Readonly<Record<QueueName, Consumer>> = {
  work: (body, view) => createReconcileHandler(view)({ body }),
  orders: (body, view) => createOrdersHandler(view)({ body }),
  events: (body, view) =>
    createNotifierHandler({ announcer: announcerOf(view), sent: view.cursors })(parseBusEvent(body)),
};

function announcerOf(view: View) {
  const { chat, cursors, clock, log } = view;
  const tell = (releaseId: string, event: Parameters<typeof readReleaseOf>[1]) => readReleaseOf(releaseId, event, view);
  return createCardAnnouncer({ chat, cursors, clock, log, tell, channel: CHANNEL });
}

export async function tick(view: View): Promise<void> {
  await createTickHandler(view, { watchFor: SECOND })();
}

export function slack(request: WebRequest, view: View, scheduler: Scheduler): Promise<WebResponse> {
  const patience = (length: Millis) => scheduler.sleep(length);
  const handle = createSlackHandler({
    ...view,
    wallClock: view.clock,
    seen: view.cursors,
    signingSecrets: async () => [SIGNING_SECRET],
    patience: () => patience(2 * SECOND),
  });
  return handle(request);
}

export function alertmanager(request: WebRequest, view: View): Promise<WebResponse> {
  return createAlertmanagerHandler({ ...view, tokens: async () => [TOKEN] })(request);
}

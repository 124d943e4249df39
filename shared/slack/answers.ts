/** Answers to people in Slack; what posts them is loaded when there is something to say. */
import type { Verdict } from '#core/commands/command.ts';
import type { StoredOrder } from '../ports.ts';

/** Where response_urls of Slack lead. */
const SLACK_HOSTS = ['hooks.slack.com'];

/** What became of an order, to who asked for it in Slack. @throws TransientError when Slack did not take it */
export async function answer({ order }: Pick<StoredOrder, 'order'>, { says }: Verdict): Promise<void> {
  const to = order['answerTo'];
  if (typeof to === 'string') await tell(to, says);
}

/** @throws TransientError when Slack did not take it */
export async function tell(responseUrl: string, text: string): Promise<void> {
  const { answerThrough } = await import('./response-url.ts');
  await answerThrough(responseUrl, text, { hosts: SLACK_HOSTS });
}

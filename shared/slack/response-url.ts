/** Answers through a slash command's response_url: good for 30 minutes and five posts. */
import axios from 'axios';
import { TransientError } from '#core/errors.ts';
import { escapeSlack, shortened } from '#core/messages/slack-text.ts';
import { SECOND, type Millis } from '#core/time.ts';

const TIMEOUT: Millis = 10 * SECOND;

export interface ResponseUrlOptions {
  /** `host` or `host:port` that answers may be sent to; Slack's is hooks.slack.com. */
  readonly hosts: readonly string[];
}

/**
 * The signature vouches for the address; the list keeps a stolen secret from turning Weir into a proxy.
 * @throws TransientError when Slack did not take it
 */
export async function answerThrough(responseUrl: string, text: string, { hosts }: ResponseUrlOptions): Promise<void> {
  const url = new URL(responseUrl);
  if (!hosts.includes(url.host)) throw new TransientError(`response_url leads to ${url.host}, which is not Slack`);
  // Without replace_original a click's answer would take the place of the card.
  const body = { response_type: 'ephemeral', replace_original: false, text: shortened(escapeSlack(text)) };
  const { status } = await axios.post(responseUrl, body, { timeout: TIMEOUT, maxRedirects: 0, validateStatus: null });
  if (status < 200 || status > 299) throw new TransientError(`Slack answered ${status} to a response_url`);
}

/** Text for Slack: nothing in a label or message can ping, link or spoof. */

import { printable } from './line.ts';

const LONGEST_SPAN = 200;
/** Slack's limit for the text of a section block. */
const LONGEST = 3_000;

/** https://docs.slack.dev/messaging/formatting-message-text: these three only, in this order. */
export function escapeSlack(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** As one code span of at most 200 characters: its backticks are replaced, so that it cannot end the span. */
export function codeSpan(text: string): string {
  const inside = shortened(printable(text).replaceAll('`', 'ˋ').replaceAll(/\s+/g, ' '), LONGEST_SPAN);
  return `\`${escapeSlack(inside)}\``;
}

export function shortened(text: string, longest = LONGEST): string {
  return text.length <= longest ? text : `${text.slice(0, longest - 1)}…`;
}

/** Text for Slack: nothing in a label or message can ping, link or spoof. */

/** Slack's limit for the text of a section block. */
const LONGEST = 3_000;

/** https://docs.slack.dev/messaging/formatting-message-text: these three only, in this order. */
export function escapeSlack(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** As one code span: its backticks are replaced, so that it cannot end the span. */
export function codeSpan(text: string): string {
  return `\`${escapeSlack(text).replaceAll('`', 'ˋ').replaceAll(/\s+/g, ' ')}\``;
}

export function shortened(text: string, longest = LONGEST): string {
  return text.length <= longest ? text : `${text.slice(0, longest - 1)}…`;
}

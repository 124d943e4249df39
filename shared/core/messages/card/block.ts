/** A Slack message, as far as Weir writes them. https://docs.slack.dev/reference/block-kit */

export interface SlackMessage {
  /** What notifications and screen readers say. */
  readonly text: string;
  readonly blocks: readonly Block[];
}

export type Block = Readonly<Record<string, unknown>> & { readonly type: string };

/** A slash command, form-encoded. `user_name` and `token` are deprecated by Slack: people are known by (team_id, user_id). */
import * as z from 'zod';

const slashCommand = z.object({
  command: z.string(),
  text: z.string().max(3_000).default(''),
  team_id: z.string().min(1),
  user_id: z.string().min(1),
  channel_id: z.string().default(''),
  response_url: z.url().optional(),
});

export type SlashCommand = z.infer<typeof slashCommand>;

/** @returns undefined for a body that is no slash command */
export function parseSlashCommand(rawBody: string): SlashCommand | undefined {
  const result = slashCommand.safeParse(Object.fromEntries(new URLSearchParams(rawBody)));
  return result.success ? result.data : undefined;
}

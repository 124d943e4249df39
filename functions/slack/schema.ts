/** A slash command, form-encoded. `user_name` and `token` are deprecated by Slack: people are known by (team_id, user_id). */
import * as z from 'zod/mini';

const slashCommand = z.object({
  command: z.string(),
  text: z._default(z.string().check(z.maxLength(3_000)), ''),
  team_id: z.string().check(z.minLength(1)),
  user_id: z.string().check(z.minLength(1)),
  channel_id: z._default(z.string(), ''),
  response_url: z.optional(z.url()),
});

export type SlashCommand = z.infer<typeof slashCommand>;

/** @returns undefined for a body that is no slash command */
export function parseSlashCommand(rawBody: string): SlashCommand | undefined {
  const result = slashCommand.safeParse(Object.fromEntries(new URLSearchParams(rawBody)));
  return result.success ? result.data : undefined;
}

/** Where a signed request comes from: both of a slash command and of a click; empty where it does not say. */
export function originOf(rawBody: string): { readonly team: string; readonly app: string } {
  const form = new URLSearchParams(rawBody);
  const payload = form.get('payload');
  if (payload === null) return { team: form.get('team_id') ?? '', app: form.get('api_app_id') ?? '' };
  const origin = clickOrigin.safeParse(jsonOf(payload));
  if (!origin.success) return { team: '', app: '' };
  return { team: origin.data.team?.id ?? '', app: origin.data.api_app_id ?? '' };
}

const clickOrigin = z.object({
  team: z.nullish(z.object({ id: z.string() })),
  api_app_id: z.nullish(z.string()),
});

/** @returns undefined for what is no JSON */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A click on a card's button: what it asks for, bound to what the card showed. */
import * as z from 'zod/mini';
import type { Command } from '#core/commands/command.ts';
import { ABORT_ACTION, PROMOTE_ACTION } from '#core/messages/card/buttons.ts';
import { jsonOf } from './schema.ts';

const filled = z.string().check(z.minLength(1));

const blockActions = z.object({
  type: z.literal('block_actions'),
  team: z.object({ id: filled }),
  user: z.object({ id: filled }),
  channel: z.optional(z.object({ id: z.string() })),
  response_url: z.optional(z.url()),
  actions: z.array(z.object({ action_id: z.string(), value: z._default(z.string(), '') })).check(z.minLength(1)),
});

const buttonValue = z.object({
  cluster: filled,
  namespace: filled,
  name: filled,
  binding: z.object({
    uid: z.string(),
    podHash: z.string(),
    stepIndex: z.optional(z.number()),
    pausedAt: z.optional(z.string()),
  }),
});

export interface Click {
  readonly teamId: string;
  readonly userId: string;
  readonly channelId: string;
  readonly responseUrl?: string;
  readonly command: Command;
}

const VERBS: Readonly<Record<string, 'promote' | 'abort'>> = { [PROMOTE_ACTION]: 'promote', [ABORT_ACTION]: 'abort' };

/** @returns undefined for a body that is no click; `'other'` for a button that Weir did not make */
export function parseClick(rawBody: string): Click | 'other' | undefined {
  const payload = new URLSearchParams(rawBody).get('payload');
  if (payload === null) return undefined;
  const parsed = blockActions.safeParse(jsonOf(payload));
  if (!parsed.success) return 'other';
  const { team, user, channel, response_url: responseUrl, actions } = parsed.data;
  const command = commandOf(actions[0]);
  if (command === undefined) return 'other';
  const where = { teamId: team.id, userId: user.id, channelId: channel?.id ?? '' };
  return { ...where, ...(responseUrl !== undefined && { responseUrl }), command };
}

function commandOf(action: { action_id: string; value: string } | undefined): Command | undefined {
  const verb = Object.hasOwn(VERBS, action?.action_id ?? '') ? VERBS[action?.action_id ?? ''] : undefined;
  const value = buttonValue.safeParse(jsonOf(action?.value ?? ''));
  if (verb === undefined || !value.success) return undefined;
  const { binding, ...rollout } = value.data;
  return { verb, rollout, binding: JSON.parse(JSON.stringify(binding)) as Command['binding'] };
}

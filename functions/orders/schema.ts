/** What travels through the orders queue: the id of a stored order. */
import * as z from 'zod/mini';
import type { Alert } from '#core/alerts/alert.ts';
import { COMMAND_VERBS, TARGET_KINDS, type Actor, type Command } from '#core/commands/command.ts';
import type { JsonObject } from '#core/json.ts';

const orderMessage = z.object({ orderId: z.string().check(z.minLength(1)) });

const storedCommand = z.object({
  kind: z.literal('command'),
  command: z.object({
    verb: z.enum(COMMAND_VERBS),
    rollout: z.object({ cluster: z.string(), namespace: z.string(), name: z.string() }),
    target: z.optional(z.object({ kind: z.enum(TARGET_KINDS), name: z.string() })),
    binding: z.object({
      uid: z.string(),
      podHash: z.string(),
      stepIndex: z.optional(z.number()),
      pausedAt: z.optional(z.string()),
      generation: z.optional(z.number()),
      workloadGeneration: z.optional(z.string()),
      revision: z.optional(z.number()),
    }),
    full: z.optional(z.boolean()),
    skipCurrentStep: z.optional(z.boolean()),
    skipAllSteps: z.optional(z.boolean()),
    toRevision: z.optional(z.number()),
    restartAt: z.optional(z.string()),
    images: z.optional(z.record(z.string(), z.string())),
    until: z.optional(z.string()),
    reason: z.optional(z.string()),
  }),
  actor: z.object({
    id: z.string(),
    name: z.string(),
    kind: z.enum(['person', 'alert', 'program']),
    channel: z.optional(z.string()),
  }),
});

const storedAlert = z.object({
  kind: z.literal('alert'),
  alert: z.object({
    status: z.enum(['firing', 'resolved']),
    labels: z.record(z.string(), z.string()),
    annotations: z.record(z.string(), z.string()),
    startsAt: z.number(),
    fingerprint: z.string(),
  }),
});

export type OrderContent =
  | { readonly kind: 'command'; readonly command: Command; readonly actor: Actor }
  | { readonly kind: 'alert'; readonly alert: Alert };

export function parseOrderMessage(body: string): { orderId: string } {
  return orderMessage.parse(JSON.parse(body));
}

/** @throws when an older or newer Weir stored something else */
export function parseOrderContent(order: JsonObject): OrderContent {
  return z.discriminatedUnion('kind', [storedCommand, storedAlert]).parse(order) as OrderContent;
}

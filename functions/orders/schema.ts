/** What travels through the orders queue: the id of a stored order. */
import * as z from 'zod';
import type { Alert } from '#core/alerts/alert.ts';
import { COMMAND_VERBS, TARGET_KINDS, type Actor, type Command } from '#core/commands/command.ts';
import type { JsonObject } from '#core/json.ts';

const orderMessage = z.object({ orderId: z.string().min(1) });

const storedCommand = z.object({
  kind: z.literal('command'),
  command: z.object({
    verb: z.enum(COMMAND_VERBS),
    rollout: z.object({ cluster: z.string(), namespace: z.string(), name: z.string() }),
    target: z.object({ kind: z.enum(TARGET_KINDS), name: z.string() }).optional(),
    binding: z.object({
      uid: z.string(),
      podHash: z.string(),
      stepIndex: z.number().optional(),
      pausedAt: z.string().optional(),
      generation: z.number().optional(),
      workloadGeneration: z.string().optional(),
      revision: z.number().optional(),
    }),
    full: z.boolean().optional(),
    skipCurrentStep: z.boolean().optional(),
    skipAllSteps: z.boolean().optional(),
    toRevision: z.number().optional(),
    restartAt: z.string().optional(),
    images: z.record(z.string(), z.string()).optional(),
    until: z.string().optional(),
    reason: z.string().optional(),
  }),
  actor: z.object({
    id: z.string(),
    name: z.string(),
    kind: z.enum(['person', 'alert', 'program']),
    channel: z.string().optional(),
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

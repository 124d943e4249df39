/** What travels through the orders queue: the id of a stored order. */
import { z } from 'zod';
import type { OrderedCommand } from '#core/commands/command.ts';
import type { JsonObject } from '#core/json.ts';

const orderMessage = z.object({ orderId: z.string().min(1) });

const storedCommand = z.object({
  command: z.object({
    verb: z.enum(['promote', 'abort', 'retry', 'pause']),
    rollout: z.object({ cluster: z.string(), namespace: z.string(), name: z.string() }),
    binding: z.object({
      uid: z.string(),
      podHash: z.string(),
      stepIndex: z.number().optional(),
      pausedAt: z.string().optional(),
    }),
    full: z.boolean().optional(),
    skipCurrentStep: z.boolean().optional(),
    reason: z.string().optional(),
  }),
  actor: z.object({ id: z.string(), name: z.string(), kind: z.enum(['person', 'alert', 'program']) }),
  receivedAt: z.number(),
});

export function parseOrderMessage(body: string): { orderId: string } {
  return orderMessage.parse(JSON.parse(body));
}

/** @throws when an older or newer Weir stored something else */
export function parseStoredCommand(order: JsonObject): OrderedCommand {
  return storedCommand.parse(order) as OrderedCommand;
}

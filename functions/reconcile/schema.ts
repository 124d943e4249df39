/** What travels through the work queue. */
import * as z from 'zod/mini';
import type { WorkMessage } from '#shared/ports.ts';

const filled = z.string().check(z.minLength(1));

const workMessage = z.object({
  request: z.object({
    cluster: filled,
    kind: z.enum(['Rollout', 'AnalysisRun', 'Experiment', 'Service', 'Ingress', 'DestinationRule']),
    namespace: filled,
    name: filled,
  }),
  seq: z.int().check(z.nonnegative()),
});

/** @throws when the body is not a work message: it ends in the dead letters after its redeliveries */
export function parseWorkMessage(body: string): WorkMessage {
  return workMessage.parse(JSON.parse(body));
}

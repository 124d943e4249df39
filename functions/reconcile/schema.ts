/** What travels through the work queue. */
import * as z from 'zod';
import type { WorkMessage } from '#shared/ports.ts';

const workMessage = z.object({
  request: z.object({
    cluster: z.string().min(1),
    kind: z.enum(['Rollout', 'AnalysisRun', 'Experiment', 'Service', 'Ingress', 'DestinationRule']),
    namespace: z.string().min(1),
    name: z.string().min(1),
  }),
  seq: z.number().int().nonnegative(),
});

/** @throws when the body is not a work message: it ends in the dead letters after its redeliveries */
export function parseWorkMessage(body: string): WorkMessage {
  return workMessage.parse(JSON.parse(body));
}

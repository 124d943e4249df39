/** A transition as it comes from the bus. Unknown fields are let through: newer versions may say more. */
import * as z from 'zod/mini';
import type { ReleaseEvent } from '#shared/ports.ts';

const releaseEvent = z.looseObject({
  id: z.string().check(z.minLength(1)),
  key: z.object({
    cluster: z.string(),
    kind: z.enum(['Rollout', 'AnalysisRun', 'Experiment']),
    namespace: z.string(),
    name: z.string(),
  }),
  releaseId: z.optional(z.string()),
  release: z.optional(z.looseObject({ id: z.string(), rollout: z.string(), outcome: z.string() })),
  transition: z.looseObject({
    type: z.string(),
    at: z.number(),
    message: z.string(),
    details: z.record(z.string(), z.unknown()),
  }),
});

const busEvent = z.looseObject({ detail: z.unknown() });

/** @throws when the body is no event of the bus: it ends in the dead letters after its redeliveries */
export function parseBusEvent(body: string): { readonly detail: unknown } {
  return busEvent.parse(JSON.parse(body));
}

export function parseReleaseEvent(detail: unknown): ReleaseEvent {
  return releaseEvent.parse(detail) as unknown as ReleaseEvent;
}

/** What the API server sends to an admission webhook, admission.k8s.io/v1: only the fields we use. */
import * as z from 'zod/mini';
import type { KubernetesObject } from '#core/resources/kubernetes.ts';

const object = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({ name: z._default(z.string(), ''), namespace: z.optional(z.string()) }),
});

const review = z.looseObject({
  apiVersion: z.literal('admission.k8s.io/v1'),
  request: z.looseObject({
    uid: z.string().check(z.minLength(1)),
    name: z._default(z.string(), ''),
    namespace: z._default(z.string(), ''),
    operation: z.string(),
    dryRun: z._default(z.boolean(), false),
    subResource: z._default(z.string(), ''),
    object,
    oldObject: z.nullish(object),
  }),
});

export interface AdmissionRequest {
  readonly uid: string;
  readonly name: string;
  readonly namespace: string;
  readonly operation: string;
  readonly dryRun: boolean;
  readonly subResource: string;
  readonly object: KubernetesObject;
  /** As it was before an UPDATE. */
  readonly oldObject?: KubernetesObject | null;
}

/** @returns undefined for a body that is no review */
export function parseReview(body: string): AdmissionRequest | undefined {
  try {
    return review.parse(JSON.parse(body)).request as unknown as AdmissionRequest;
  } catch {
    return undefined;
  }
}

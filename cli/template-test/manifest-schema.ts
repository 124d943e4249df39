/** As much of a manifest as the simulation takes for granted; the rest is judged as in a cluster. */
import * as z from 'zod';
import type { AnalysisTemplate, ClusterAnalysisTemplate, Rollout } from '#core/resources/argo.ts';
import type { Service } from '#core/resources/kubernetes.ts';
import type { Manifests } from '#core/template-test/test-case.ts';
import { handOver } from './hand-over.ts';

export interface Manifest {
  readonly kind: string;
}

const name = z.string().min(1);
const metadata = z.looseObject({ name });
const argument = z.looseObject({ name, value: z.string('put the value in quotes: it is a text').nullish() });
const rule = z.looseObject({ metricName: name });

const template = z.looseObject({
  metadata,
  spec: z.looseObject({
    metrics: z.array(z.looseObject({ name, provider: z.looseObject({}) })).optional(),
    args: z.array(argument).optional(),
    dryRun: z.array(rule).optional(),
    measurementRetention: z.array(rule).optional(),
    templates: z.array(z.looseObject({ templateName: name })).optional(),
  }),
});

const KINDS: Readonly<Record<string, z.ZodType>> = {
  AnalysisTemplate: template,
  ClusterAnalysisTemplate: template,
  Rollout: z.looseObject({ metadata, spec: z.looseObject({}) }),
  Service: z.looseObject({ metadata }),
};

/** Other kinds are let through: they are not looked at. */
export const manifest = z.looseObject({ kind: z.string() }).transform((written, context): Manifest => {
  const schema = Object.hasOwn(KINDS, written.kind) ? KINDS[written.kind] : undefined;
  return schema === undefined ? written : (handOver(schema, written, context) as Manifest);
});

export function manifestsOf(objects: readonly Manifest[]): Manifests {
  const ofKind = (kind: string): readonly unknown[] => objects.filter((object) => object.kind === kind);
  return {
    templates: ofKind('AnalysisTemplate') as readonly AnalysisTemplate[],
    clusterTemplates: ofKind('ClusterAnalysisTemplate') as readonly ClusterAnalysisTemplate[],
    rollouts: ofKind('Rollout') as readonly Rollout[],
    services: ofKind('Service') as readonly Service[],
  };
}

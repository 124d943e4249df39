/**
 * Does somebody else measure here? Two controllers that execute the same AnalysisRuns overwrite each other. Argo's does until
 * it is started with `--analysis-threads 0`; the API server keeps who wrote which field, and when.
 */
import type { KubernetesObject } from '#core/resources/kubernetes.ts';
import { SECOND, type Instant } from '#core/time.ts';

/** What Weir writes as (shared/kubernetes/cluster.ts). */
const OWN_MANAGER = 'weir';

interface ManagedField {
  readonly manager?: string;
  readonly time?: string;
  readonly fieldsV1?: { readonly 'f:status'?: { readonly 'f:metricResults'?: object } };
}

/** @returns who wrote measurements of this run since then */
export function foreignMeasurer(object: KubernetesObject, since: Instant): string | undefined {
  if (object.kind !== 'AnalysisRun') return undefined;
  const { managedFields = [] } = object.metadata as { managedFields?: readonly ManagedField[] };
  const from = Math.ceil(since / SECOND) * SECOND;
  const foreign = managedFields.find(
    ({ manager = '', time = '', fieldsV1 }) =>
      manager !== OWN_MANAGER && fieldsV1?.['f:status']?.['f:metricResults'] !== undefined && Date.parse(time) > from,
  );
  return foreign?.manager;
}

/** Watches over what is heard once this process executes. */
export class MeasurementGuard {
  #since: Instant | undefined;
  #foreign: string | undefined;

  start(now: Instant): void {
    this.#since = now;
  }

  /** @returns who else measures, the first time it is seen */
  look(objects: readonly KubernetesObject[]): string | undefined {
    const since = this.#since;
    if (since === undefined || this.#foreign !== undefined) return undefined;
    for (const object of objects) this.#foreign ??= found(object, since);
    return this.#foreign;
  }

  get isAlone(): boolean {
    return this.#foreign === undefined;
  }
}

function found(object: KubernetesObject, since: Instant): string | undefined {
  const who = foreignMeasurer(object, since);
  return who === undefined ? undefined : `${who} (${object.metadata.namespace}/${object.metadata.name})`;
}

/** What Weir offers beyond Argo, as annotations of a run: written by the engine, or by `analysisRunMetadata`. decisions 009. */
import type { Rollout } from '../resources/argo.ts';
import type { Template, TemplateSet } from './collect-templates.ts';

export const ON_PROVIDER_ERROR = 'weir.dev/on-provider-error';
export const MIN_REQUESTS = 'weir.dev/min-requests';
export const REQUESTS_QUERY = 'weir.dev/requests-query';
/** The rules of single templates as JSON, TemplateRequests[]: a run is made of several, and keeps no trace of which. */
export const TEMPLATE_REQUESTS = 'weir.dev/template-requests';

/** What an AnalysisTemplate asks of its own metrics. */
export interface TemplateRequests {
  /** Names as the template writes them. */
  readonly metrics: readonly string[];
  /** As written; undefined where the template forgot it, so that the run can say so. */
  readonly min?: string;
  readonly query?: string;
}

type Annotations = Readonly<Record<string, string>>;

const COPIED = [ON_PROVIDER_ERROR, MIN_REQUESTS, REQUESTS_QUERY];

/** Empty unless somebody opted in: then a run looks exactly as Argo makes it. */
export function runAnnotations(rollout: Rollout, { templates, clusterTemplates }: TemplateSet): Annotations {
  const given: Annotations = rollout.metadata.annotations ?? {};
  const copied = COPIED.flatMap((key) => (given[key] === undefined ? [] : [[key, given[key]] as const]));
  const rules = [...templates, ...clusterTemplates].flatMap(requestsOf);
  return {
    ...Object.fromEntries(copied),
    ...(rules.length > 0 && { [TEMPLATE_REQUESTS]: JSON.stringify(rules) }),
  };
}

function requestsOf({ metadata: { annotations = {} }, spec }: Template): readonly TemplateRequests[] {
  const min = annotations[MIN_REQUESTS];
  const query = annotations[REQUESTS_QUERY];
  if (min === undefined && query === undefined) return [];
  const metrics = (spec.metrics ?? []).map(({ name }) => name);
  return [{ metrics, ...(min !== undefined && { min }), ...(query !== undefined && { query }) }];
}

/** `{{weir.sinceStepStart}}` and `{{weir.sinceUpdate}}`: how long ago, as a duration that a query can take. decisions 009. */
import type { AnalysisRun, Metric } from '../resources/argo.ts';
import { parseTimestamp, SECOND, type Instant } from '../time.ts';

/** When the current step, and when the update began. */
export interface Since {
  readonly step: Instant;
  readonly update: Instant;
}

const TOKEN = /\{\{\s*weir\.(sinceStepStart|sinceUpdate)\s*\}\}/g;

/** Does anything that the run asks depend on it? */
export function usesVariables({ metadata, spec }: AnalysisRun): boolean {
  const texts = JSON.stringify([spec.metrics, metadata.annotations ?? {}]);
  return texts.search(TOKEN) >= 0;
}

/** For a run that no Rollout's history knows: from the run's own beginning. */
export function sinceOfRun({ metadata }: Pick<AnalysisRun, 'metadata'>, now: Instant): Since {
  const begun = parseTimestamp(metadata.creationTimestamp) ?? now;
  return { step: begun, update: begun };
}

/**
 * Whole seconds, `312s`: never longer than it is, so that a range does not reach back to the step before; at least `1s`,
 * because a range of nothing is refused. Other tokens stay: `{{weir.other}}` is reported as an unknown argument is.
 */
export function fillVariables(text: string, since: Since, now: Instant): string {
  return text.replaceAll(TOKEN, (_token, name: string) => {
    const start = name === 'sinceUpdate' ? since.update : since.step;
    return `${Math.max(1, Math.floor((now - start) / SECOND))}s`;
  });
}

/**
 * Only in what the provider is asked: in a name or a condition the tokens stay unknown. A metric without a provider is
 * refused where runs are validated; it is seen here before that.
 */
export function withVariables(metric: Metric, since: Since, now: Instant): Metric {
  const asked: Metric['provider'] | undefined = metric.provider;
  if (asked === undefined) return metric;
  const provider = JSON.parse(fillVariables(JSON.stringify(asked), since, now)) as Metric['provider'];
  return { ...metric, provider };
}

/**
 * `weir.dev/on-provider-error`: what a metrics outage means for a run. With hold and continue, errors of the provider never
 * end a run; errors of a condition still do, they are the manifest's. decisions 009.
 */
import { InvalidSpecError } from '../errors.ts';
import { isCompleted, type AnalysisRun, type Measurement, type MetricResult } from '../resources/argo.ts';
import { ON_PROVIDER_ERROR } from './run-annotations.ts';

const CHOICES = ['argo', 'hold', 'continue'] as const;
export type OnProviderError = (typeof CHOICES)[number];

/** In the metadata of a measurement: whose error it is. Only in runs that tolerate the provider's. */
const ERROR_OF = 'weir.dev/error-of';
/** In the metadata of a metric's result: how many of the errors in a row are the provider's. */
const PROVIDER_ERRORS = 'weir.dev/consecutive-provider-errors';

/** Metadata that tells a provider's error from a condition's. */
export const PROVIDER_ERROR_MARK = { [ERROR_OF]: 'provider' } as const;

export interface Unanswered {
  readonly run: string;
  readonly metric: string;
  readonly message: string;
}

/** @throws InvalidSpecError for a value that is none of the three: a typing error must not decide on an outage */
export function onProviderError({ metadata }: Pick<AnalysisRun, 'metadata'>): OnProviderError {
  const given = metadata.annotations?.[ON_PROVIDER_ERROR] ?? 'argo';
  const choice = CHOICES.find((known) => known === given);
  if (choice === undefined) {
    throw new InvalidSpecError(`annotation ${ON_PROVIDER_ERROR}: "${given}" is none of ${CHOICES.join(', ')}`);
  }
  return choice;
}

export function isProviderError({ phase, metadata }: Measurement): boolean {
  return phase === 'Error' && metadata?.[ERROR_OF] === PROVIDER_ERROR_MARK[ERROR_OF];
}

/** Errors in a row that consecutiveErrorLimit does not count. */
export function toleratedErrors({ metadata }: MetricResult): number {
  return Number(metadata?.[PROVIDER_ERRORS] ?? 0);
}

/** The metadata of a result after one more measurement. A condition's error in between does not end the streak. */
export function metadataAfter(result: MetricResult, measurement: Measurement): MetricResult['metadata'] {
  if (!isCompleted(measurement.phase)) return result.metadata;
  const { [PROVIDER_ERRORS]: _counted, ...rest } = result.metadata ?? {};
  if (measurement.phase !== 'Error') return rest;
  const count = toleratedErrors(result) + (isProviderError(measurement) ? 1 : 0);
  return count === 0 ? rest : { ...rest, [PROVIDER_ERRORS]: String(count) };
}

/**
 * With hold: the first metric that counts, is not decided and was not answered when it was asked last. While one is being
 * asked again, its last answer stands.
 */
export function unanswered(run: AnalysisRun): Unanswered | undefined {
  if (run.metadata.annotations?.[ON_PROVIDER_ERROR] !== 'hold' || isCompleted(run.status?.phase)) return undefined;
  for (const result of run.status?.metricResults ?? []) {
    const last = result.measurements?.findLast(({ phase }) => isCompleted(phase));
    if (result.dryRun === true || isCompleted(result.phase) || last === undefined || !isProviderError(last)) continue;
    return { run: run.metadata.name, metric: result.name, message: last.message ?? '' };
  }
  return undefined;
}

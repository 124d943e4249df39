/** From what a provider saw to a measurement in the status. analysis §6.1. */
import { isCompleted, type Measurement, type Phase } from '../resources/argo.ts';
import { formatTimestamp, type Instant } from '../time.ts';
import { judgeValue } from './judge-value.ts';
import { omitEmpty } from './omit-empty.ts';
import { onProviderError, PROVIDER_ERROR_MARK } from './provider-errors.ts';
import { providerOf, type ProviderName } from './provider-of.ts';
import type { MeasurementTask, Reading } from './reading.ts';
import type { Redact } from './secrets.ts';
import { isUnjudged } from './unjudged.ts';

/** The reading of one task, as the world gave it. */
export interface TakenReading {
  readonly task: MeasurementTask;
  readonly reading: Reading;
  readonly finishedAt: Instant;
  /** For the metric's result, if this measurement is its first: MetricProvider.metadata. */
  readonly metadata?: Metadata;
  /** What the stable version's pods say to the same query; best effort. */
  readonly stable?: Reading;
}

export type Metadata = Readonly<Record<string, string>>;
type ValueReading = Extract<Reading, { kind: 'value' }>;
type ErrorReading = Extract<Reading, { kind: 'error' }>;

/** What a reading adds to a measurement. */
interface Observation {
  readonly phase: Phase;
  readonly value?: string | undefined;
  readonly message?: string | undefined;
  readonly metadata?: Metadata | undefined;
  readonly resumeAt?: string;
}

/** What is shown although a condition cannot be evaluated; other providers show nothing. analysis §18.5–18.7. */
const SHOWN_WITHOUT_VERDICT: Partial<Record<ProviderName, (reading: ValueReading) => Partial<Observation>>> = {
  graphite: ({ text }) => ({ value: text }),
  cloudWatch: ({ text }) => ({ value: text }),
  wavefront: ({ metadata: { warnings = '' } = {} }) => ({ metadata: omitEmpty({ warnings }) }),
};

/** The measurement that a reading makes of a task: a new one, or the one in flight, carried on. One that only waited for requests begins anew. */
export function measurementOf({ task, reading, finishedAt }: TakenReading, redact: Redact): Measurement {
  const carried = task.measurement !== undefined && !isUnjudged(task.measurement);
  const before: Partial<Measurement> = carried ? task.measurement : { startedAt: formatTimestamp(task.now) };
  const seen = redacted(observe(task, reading, finishedAt), redact);
  const metadata = { ...before.metadata, ...seen.metadata };
  const measurement = omitEmpty({ ...before, ...omitEmpty(seen), phase: seen.phase, metadata });
  return isCompleted(seen.phase) ? closed(measurement, task, finishedAt) : measurement;
}

/** @param now when the reading was taken: what `now()` in a condition answers */
function observe(task: MeasurementTask, reading: Reading, now: Instant): Observation {
  switch (reading.kind) {
    case 'value':
      return judged(task, reading, now);
    case 'verdict':
      return { phase: reading.phase, value: reading.text, message: reading.message, metadata: reading.metadata };
    case 'pending':
      return {
        phase: 'Running',
        message: reading.message,
        metadata: reading.metadata,
        resumeAt: formatTimestamp(reading.resumeAt),
      };
    case 'error':
      return {
        phase: 'Error',
        value: reading.text,
        message: reading.message,
        metadata: { ...reading.metadata, ...(isTolerated(task, reading) && PROVIDER_ERROR_MARK) },
      };
  }
}

/** The provider's own error, in a run that an outage must not end. */
function isTolerated({ run }: MeasurementTask, { fault }: ErrorReading): boolean {
  return fault !== 'manifest' && onProviderError(run) !== 'argo';
}

function judged({ metric }: MeasurementTask, reading: ValueReading, now: Instant): Observation {
  const verdict = judgeValue(metric, reading.value, now);
  if (verdict.ok) return { phase: verdict.phase, value: reading.text, metadata: reading.metadata };
  const provider = providerOf(metric);
  const shown = provider === undefined ? undefined : SHOWN_WITHOUT_VERDICT[provider]?.(reading);
  return { ...shown, phase: 'Error', message: verdict.message };
}

function closed(measurement: Measurement, task: MeasurementTask, finishedAt: Instant): Measurement {
  const { phase } = measurement;
  const stopped = task.operation === 'terminate' && (phase === 'Successful' || phase === 'Inconclusive');
  return {
    ...measurement,
    finishedAt: measurement.finishedAt ?? formatTimestamp(finishedAt),
    ...(stopped && { message: 'Metric Terminated' }),
  };
}

/**
 * Argo masks secrets in messages only; here values and metadata are kept clean too (analysis §16.4). Metadata of a
 * measurement in flight names what must be asked again: of that only credentials are masked (record-readings.ts).
 */
function redacted(seen: Observation, redact: Redact): Observation {
  return {
    ...seen,
    value: seen.value && redact(seen.value),
    message: seen.message && redact(seen.message),
    metadata: isCompleted(seen.phase) ? redactedMetadata(seen.metadata, redact) : seen.metadata,
  };
}

export function redactedMetadata(metadata: Metadata = {}, redact: Redact): Metadata {
  return Object.fromEntries(Object.entries(metadata).map(([key, value]) => [key, redact(value)]));
}

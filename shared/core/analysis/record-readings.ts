/** The metric results with this pass's measurements in them. analysis §6.1. */
import type { Measurement, MetricResult, Phase } from '../resources/argo.ts';
import { countersAfter } from './counters.ts';
import { measurementOf, redactedMetadata, type TakenReading } from './measurement.ts';
import { omitEmpty } from './omit-empty.ts';
import { metadataAfter } from './provider-errors.ts';
import { redactor, type Redact } from './secrets.ts';
import { isUnjudged } from './unjudged.ts';

/** Nothing shorter keeps anybody out. */
const SHORTEST_CREDENTIAL = 8;

export interface Recording {
  readonly readings: readonly TakenReading[];
  readonly dryRun: ReadonlySet<string>;
  readonly secretsUsed: readonly string[];
}

/** Stored results keep their order; new ones follow in the order of the readings. */
export function recordReadings(stored: readonly MetricResult[], recording: Recording): readonly MetricResult[] {
  const redact = redactor(recording.secretsUsed);
  const inFlightRedact = redactor(recording.secretsUsed.filter(({ length }) => length >= SHORTEST_CREDENTIAL));
  const results = new Map(stored.map((result) => [result.name, result]));
  for (const taken of recording.readings) {
    const { name } = taken.task.metric;
    const result = results.get(name) ?? newResult(taken, recording.dryRun, redact);
    results.set(name, withMeasurement(result, taken, redact, inFlightRedact));
  }
  return [...results.values()];
}

/** The flag and the metadata of a result are fixed at its first measurement. */
function newResult({ task, metadata }: TakenReading, dryRun: ReadonlySet<string>, redact: Redact): MetricResult {
  const { name } = task.metric;
  return {
    name,
    phase: 'Running',
    ...omitEmpty({ dryRun: dryRun.has(name), metadata: redactedMetadata(metadata, redact) }),
  };
}

function withoutCredentials(measurement: Measurement, redact: Redact): Measurement {
  if (measurement.metadata === undefined || measurement.phase !== 'Running') return measurement;
  return { ...measurement, metadata: { ...redactedMetadata(measurement.metadata, redact) } };
}

function withMeasurements(result: MetricResult, measurements: Measurement[]): MetricResult {
  const { measurements: _before, ...rest } = result;
  return measurements.length === 0 ? rest : { ...rest, measurements };
}

/** @param inFlightRedact what is asked again by a name must not lose it to a secret that is a letter or a number */
function withMeasurement(
  result: MetricResult,
  taken: TakenReading,
  redact: Redact,
  inFlightRedact: Redact,
): MetricResult {
  const { operation, measurement: inFlight } = taken.task;
  const earlier = result.measurements ?? [];
  // A resumed or terminated measurement replaces the one in flight, which is the last.
  const kept = inFlight === undefined ? earlier : earlier.slice(0, -1);
  // One that waited for requests has nothing to say when it is stopped.
  if (operation === 'terminate' && inFlight !== undefined && isUnjudged(inFlight))
    return withMeasurements(result, kept);
  const measurement = withoutCredentials(measurementOf(taken, redact), inFlightRedact);
  return omitEmpty({
    ...result,
    ...countersAfter(result, measurement.phase as Phase),
    metadata: metadataAfter(result, measurement),
    measurements: [...kept, measurement],
  });
}

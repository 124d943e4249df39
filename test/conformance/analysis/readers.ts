/** The providers that examples are measured with. */
import type { TakenReading } from '#core/analysis/measurement.ts';
import { providerOf, type ProviderName } from '#core/analysis/provider-of.ts';
import type { MeasurementTask, Reading } from '#core/analysis/reading.ts';
import type { SecretLookup } from '#core/analysis/secrets.ts';
import type { JsonObject, JsonValue } from '#core/json.ts';

type Answered = Pick<TakenReading, 'reading' | 'metadata'>;
type Reader = (task: MeasurementTask, secrets: SecretLookup) => Promise<Answered>;

/** Interim */
const READERS: Partial<Record<ProviderName, Reader>> = {
  web: async (task) => ({ reading: await readWeb(task) }),
};

export const PROVIDERS_NOT_YET: readonly string[] = [];

export function readMetric(task: MeasurementTask, secrets: SecretLookup): Promise<Answered> {
  const provider = providerOf(task.metric);
  const reader = provider && READERS[provider];
  if (reader === undefined) throw new Error(`no reader for ${provider}`);
  return reader(task, secrets);
}

async function readWeb({ metric }: MeasurementTask): Promise<Reading> {
  const { url, jsonPath = '{$}' } = metric.provider.web!;
  const response = await fetch(url);
  if (!response.ok) return { kind: 'error', message: `received non 2xx response code: ${response.status}` };
  let json = (await response.json()) as JsonValue;
  for (const part of jsonPath.replace(/^\{\$\.?|\}$/g, '').split('.').filter(Boolean)) json = (json as JsonObject)[part]!;
  return { kind: 'value', value: { kind: 'json', json }, text: JSON.stringify(json) };
}

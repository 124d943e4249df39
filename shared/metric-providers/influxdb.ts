/** InfluxDB 2 with Flux. analysis §18.8 */
import * as z from 'zod/mini';
import type { Reading } from '#core/analysis/reading.ts';
import { SECOND } from '#core/time.ts';
import type { HttpAnswer } from '../http.ts';
import { headersOf } from '../http-headers.ts';
import type { MetricProvider } from '../ports.ts';
import { encodeForm } from './form.ts';
import { fluxRecordValues, FluxError, type FluxValue } from './influxdb/annotated-csv.ts';
import { parseJson } from './json-text.ts';
import { askOrFail, MAX_ANSWER_BYTES, ReadingError, withoutSecrets, type ProviderContext } from './provider.ts';

interface Profile {
  readonly address: string;
  readonly token: string;
  readonly org: string;
}

const DEFAULT_PROFILE = 'influxdb';
const TIMEOUT = 30 * SECOND;
const DIALECT = { annotations: ['datatype', 'group', 'default'], delimiter: ',', header: true };

const refusal = z.object({ code: z.string(), message: z.string() });

export function createInfluxdbProvider(context: ProviderContext): MetricProvider {
  return {
    type: 'Influxdb',
    read: ({ metric }, signal) =>
      withoutSecrets(async (keep) => {
        const { profile = '', query = '' } = metric.provider.influxdb ?? {};
        const { address, token, org } = await profileOf(profile || DEFAULT_PROFILE, context);
        keep(token);
        const answer = await askOrFail(context.transport, {
          deadline: context.startDeadline(TIMEOUT),
          signal,
          maxBytes: MAX_ANSWER_BYTES,
          method: 'POST',
          url: `${address.replace(/\/+$/, '')}/api/v2/query?${encodeForm([['org', org]])}`,
          headers: headersOf({ Authorization: `Token ${token}`, 'Content-Type': 'application/json' }),
          body: JSON.stringify({ dialect: DIALECT, query, type: 'flux' }),
        });
        return readingFrom(answer);
      }),
  };
}

async function profileOf(name: string, { secrets, controllerNamespace }: ProviderContext): Promise<Profile> {
  const secret = await secrets(controllerNamespace, name);
  if (secret === undefined) throw new ReadingError(`secrets "${name}" not found`);
  const { address = '', authToken: token = '', org = '' } = secret;
  if (address !== '' && token !== '' && org !== '') return { address, token, org };
  throw new ReadingError('authToken, org, or address not found');
}

function readingFrom({ status, body }: HttpAnswer): Reading {
  if (status < 200 || status > 299) throw new ReadingError(refusalText(status, body));
  const values = valuesIn(body);
  if (values.length === 0) throw new ReadingError('no results returned from flux query');
  const text = `[${values.map(({ text: shown }) => shown).join(' ')}]`;
  return { kind: 'value', value: { kind: 'records', values: values.map(({ value }) => value) }, text };
}

function valuesIn(body: string): readonly FluxValue[] {
  try {
    return fluxRecordValues(body);
  } catch (error) {
    if (error instanceof FluxError) throw new ReadingError(error.message);
    throw error;
  }
}

function refusalText(status: number, body: string): string {
  const parsed = parseJson(body);
  const told = refusal.safeParse(parsed.ok ? parsed.json : undefined);
  return told.success ? `${told.data.code}: ${told.data.message}` : `Unexpected status code ${status}`;
}

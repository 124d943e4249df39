/** What every metric provider is made of, and the readings they share. */
import type { Reading } from '#core/analysis/reading.ts';
import { redactor } from '#core/analysis/secrets.ts';
import type { Millis } from '#core/time.ts';
import type { Deadline, HttpAnswer, HttpRequest } from '../http.ts';
import type { Cluster, Clock, MetricProvider } from '../ports.ts';
import { encodeForm } from './form.ts';
import type { MetricTransport } from './transport.ts';

/** All that a provider may use of the world. */
export interface ProviderContext {
  readonly clock: Clock;
  readonly transport: MetricTransport;
  readonly startDeadline: (length: Millis) => Deadline;
  readonly secrets: SecretReader;
  /** Where provider secrets are looked up (analysis §15). */
  readonly controllerNamespace: string;
  readonly environment: Environment;
  readonly cluster: Cluster;
  readonly plugins: PluginLoaders;
}

/** Decoded data of a Secret; undefined when there is none. */
export type SecretReader = (namespace: string, name: string) => Promise<Readonly<Record<string, string>> | undefined>;
export type Environment = Readonly<Record<string, string | undefined>>;
export type ProviderFactory = (context: ProviderContext) => MetricProvider;
/** By name, `weir/…` included; each is loaded when it is first used. */
export type PluginLoaders = Readonly<Record<string, () => Promise<ProviderFactory>>>;

/** Size that most answers may have; web and Prometheus have caps of their own. */
export const MAX_ANSWER_BYTES = 10 * 1024 * 1024;

/** Why a metric cannot be measured as it is written, or why an answer is no measurement: becomes the error reading. */
export class ReadingError extends Error {
  override readonly name = 'ReadingError';
  readonly shown: Pick<Extract<Reading, { kind: 'error' }>, 'text' | 'metadata'>;
  constructor(message: string, shown: Pick<Extract<Reading, { kind: 'error' }>, 'text' | 'metadata'> = {}) {
    super(message);
    this.shown = shown;
  }
}

/** The reading of a provider's work, with every ReadingError as a value. */
export async function readingOf(work: () => Promise<Reading>): Promise<Reading> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof ReadingError)) throw error;
    return { kind: 'error', message: error.message, ...error.shown };
  }
}

/** @throws ReadingError when there is no answer */
export async function askOrFail(transport: MetricTransport, request: HttpRequest): Promise<HttpAnswer> {
  const outcome = await transport.ask(request);
  if (!outcome.ok) throw new ReadingError(outcome.message);
  return outcome.answer;
}

/** Nothing shorter is a credential; masking it would take letters out of every message. */
const SHORTEST_SECRET = 4;

/** Takes a value that must not show up in what a reading tells. */
export type KeepSecret = (value: string) => void;

/**
 * The work's reading with a provider's own credentials masked, which a metrics system may echo. The arguments of a run are
 * masked where measurements are made.
 */
export async function withoutSecrets(work: (keep: KeepSecret) => Promise<Reading>): Promise<Reading> {
  const secrets: string[] = [];
  const keep: KeepSecret = (value) => {
    if (value.length < SHORTEST_SECRET) return;
    secrets.push(value, Buffer.from(value).toString('base64'), encodeForm([['', value]]).slice(1));
  };
  const reading = await readingOf(() => work(keep));
  const redact = redactor(secrets);
  switch (reading.kind) {
    case 'value':
      return { ...reading, text: redact(reading.text) };
    case 'error':
      return { ...reading, message: redact(reading.message) };
    case 'verdict':
    case 'pending':
      return reading;
  }
}

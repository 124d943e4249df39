/** Spinnaker's canary analysis: it judges by itself. analysis §18.10 */
import * as z from 'zod/mini';
import type { MeasurementTask, Reading } from '#core/analysis/reading.ts';
import { parseDuration } from '#core/duration.ts';
import type { JsonValue } from '#core/json.ts';
import type { Metric, Phase } from '#core/resources/argo.ts';
import { formatTimestamp, parseTimestamp, SECOND, type Instant } from '#core/time.ts';
import type { HttpAnswer } from '../http.ts';
import { headersOf } from '../http-headers.ts';
import type { MetricProvider } from '../ports.ts';
import { parseJson } from './json-text.ts';
import { askOrFail, MAX_ANSWER_BYTES, readingOf, ReadingError, type ProviderContext } from './provider.ts';

type KayentaMetric = NonNullable<Metric['provider']['kayenta']>;
type Scope = KayentaMetric['scopes'][number];
type ScopeDetail = Scope['controlScope'];

/** Asks one page of one Kayenta, with what is left of the time. */
type Ask = (path: string, body?: string) => Promise<HttpAnswer>;

const TIMEOUT = 15 * SECOND;
const RESUME_DELAY = 15 * SECOND;
const EXECUTION_ID = 'canaryExecutionId';

const configList = z.array(z.object({ id: z.string(), name: z.string() }));
const execution = z.object({ canaryExecutionId: z.string().check(z.minLength(1)) });
const progress = z.object({ complete: z.boolean() });
const outcome = z.object({
  result: z.object({ judgeResult: z.object({ score: z.object({ score: z.number() }) }) }),
});

export function createKayentaProvider(context: ProviderContext): MetricProvider {
  return {
    type: 'Kayenta',
    read: (task, signal) =>
      readingOf(async () => {
        const metric = task.metric.provider.kayenta;
        if (metric === undefined) throw new ReadingError(`no valid provider in metric '${task.metric.name}'`);
        const ask = askerOf(metric, signal, context);
        if (task.operation === 'run') return start(metric, task, ask);
        if (task.operation === 'resume') return look(metric, task, ask);
        // Kayenta's executions cannot be stopped: the measurement stays in flight.
        const { measurement, now } = task;
        return pending(executionIdOf(task), parseTimestamp(measurement?.resumeAt) ?? now);
      }),
  };
}

function askerOf({ address }: KayentaMetric, signal: AbortSignal, { transport, startDeadline }: ProviderContext): Ask {
  return (path, body) =>
    askOrFail(transport, {
      deadline: startDeadline(TIMEOUT),
      signal,
      maxBytes: MAX_ANSWER_BYTES,
      method: body === undefined ? 'GET' : 'POST',
      url: `${address}${path}`,
      headers: body === undefined ? [] : headersOf({ 'Content-Type': 'application/json' }),
      body,
    });
}

async function start(metric: KayentaMetric, task: MeasurementTask, ask: Ask): Promise<Reading> {
  const { application, metricsAccountName, configurationAccountName, storageAccountName } = metric;
  const id = await configIdOf(metric, ask);
  const accounts = [
    `application=${application}`,
    `metricsAccountName=${metricsAccountName}`,
    `configurationAccountName=${configurationAccountName}`,
    `storageAccountName=${storageAccountName}`,
  ];
  const answer = await ask(`/canary/${id}?${accounts.join('&')}`, JSON.stringify(payloadOf(metric, task)));
  if (answer.status !== 200) throw new ReadingError('Invalid Response');
  const started = execution.safeParse(jsonOf(answer));
  if (!started.success) throw new ReadingError('Invalid canaryExecutionId');
  return pending(started.data.canaryExecutionId, task.now + RESUME_DELAY);
}

async function configIdOf(metric: KayentaMetric, ask: Ask): Promise<string> {
  // Argo passes the storage account where the configuration account is expected (analysis §16.7).
  const account = metric.storageAccountName;
  const answer = await ask(`/canaryConfig?application=${metric.application}&configurationAccountName=${account}`);
  if (answer.status !== 200) throw new ReadingError(`Invalid Response: HTTP ${answer.status}`);
  const configs = configList.safeParse(jsonOf(answer));
  const found = configs.data?.find(({ name }) => name === metric.canaryConfigName);
  if (found === undefined) throw new ReadingError('Canary config not found');
  return found.id;
}

async function look({ threshold }: KayentaMetric, task: MeasurementTask, ask: Ask): Promise<Reading> {
  const id = executionIdOf(task);
  const answer = await ask(`/canary/${id}`);
  if (answer.status !== 200) throw new ReadingError('Invalid Response');
  const json = jsonOf(answer);
  const state = progress.safeParse(json);
  if (!state.success) throw new ReadingError('Missing Complete Status');
  if (!state.data.complete) return pending(id, task.now + RESUME_DELAY);
  const judged = outcome.safeParse(json);
  if (!judged.success) throw new ReadingError('Missing Score');
  const score = Math.trunc(judged.data.result.judgeResult.score.score);
  return { kind: 'verdict', phase: phaseOf(score, threshold), text: String(score) };
}

function phaseOf(score: number, { pass, marginal }: KayentaMetric['threshold']): Phase {
  if (score >= pass) return 'Successful';
  return score >= marginal ? 'Inconclusive' : 'Failed';
}

function payloadOf({ scopes, threshold, lookback = false }: KayentaMetric, task: MeasurementTask): object {
  const named = scopes.map((scope): [string, object] => {
    const { controlScope, experimentScope } = scope;
    assertPaired(controlScope.start, experimentScope.start, 'start');
    assertPaired(controlScope.end, experimentScope.end, 'end');
    const begin = (): Instant => (lookback ? startedAt(task) : task.now - intervalOf(task.metric));
    return [
      scope.name,
      { controlScope: detailOf(controlScope, begin, task), experimentScope: detailOf(experimentScope, begin, task) },
    ];
  });
  const { pass, marginal } = threshold;
  return { scopes: Object.fromEntries(named), thresholds: { pass, marginal } };
}

function detailOf(
  { scope, region, step, start, end }: ScopeDetail,
  begin: () => Instant,
  task: MeasurementTask,
): object {
  return {
    scope,
    location: region,
    step,
    start: start || formatTimestamp(begin()),
    end: end || formatTimestamp(task.now),
  };
}

function assertPaired(control: string | undefined, experiment: string | undefined, field: 'start' | 'end'): void {
  if (Boolean(control) === Boolean(experiment)) return;
  throw new ReadingError(`controlScope.${field} and experimentScope.${field} must both be set or be empty`);
}

function startedAt({ run, now }: MeasurementTask): Instant {
  return parseTimestamp(run.status?.startedAt) ?? now;
}

function intervalOf({ interval = '' }: Metric): number {
  const parsed = parseDuration(interval);
  if (parsed.ok) return parsed.ms;
  throw new ReadingError(`Invalid duration ${JSON.stringify(interval)}: ${parsed.error}`);
}

function executionIdOf({ measurement }: MeasurementTask): string {
  return measurement?.metadata?.[EXECUTION_ID] ?? '';
}

function pending(id: string, resumeAt: Instant): Reading {
  return { kind: 'pending', resumeAt, metadata: { [EXECUTION_ID]: id } };
}

function jsonOf({ body }: HttpAnswer): JsonValue {
  const parsed = parseJson(body);
  if (parsed.ok) return parsed.json;
  throw new ReadingError(parsed.error);
}

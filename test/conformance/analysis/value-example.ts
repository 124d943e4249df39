/** Takes the one measurement of an example. */
import { assessRun } from '#core/analysis/assess.ts';
import { planMeasurements } from '#core/analysis/measure.ts';
import type { JsonObject } from '#core/json.ts';
import { ARGO_API_VERSION, type AnalysisRun } from '#core/resources/argo.ts';
import { ExampleWorld } from './example-world.ts';
import type { RecordedRequest, ValueExample } from './examples.ts';

export interface ValueResult {
  readonly measurement: JsonObject;
  readonly metadata: Readonly<Record<string, string>> | undefined;
  readonly requests: readonly RecordedRequest[];
  /** The provider's own name. */
  readonly type: string;
}

export function takeValue(example: ValueExample): Promise<ValueResult> {
  return ExampleWorld.with(example.secrets, (world) => takeOnce(example, world));
}

async function takeOnce({ metric, response }: ValueExample, world: ExampleWorld): Promise<ValueResult> {
  world.source.answerAlways(response);
  const run = aRun(world.served(metric));
  const plan = planMeasurements(run, world.secrets, world.now);
  if (plan.state === 'invalid') throw new Error(plan.message);
  const readings = await world.measure(plan.tasks);
  const { status } = assessRun({ now: world.now, run, plan, readings });
  const [result] = status?.metricResults ?? [];
  const measurement = result?.measurements?.[0];
  if (measurement === undefined) throw new Error('nothing was measured');
  const { type } = await world.provider({ metric });
  return { measurement: { ...measurement }, metadata: result?.metadata, requests: world.takeRequests(), type };
}

function aRun(metric: ValueExample['metric']): AnalysisRun {
  const metadata = { name: 'run', namespace: 'default', uid: 'run-uid' };
  return { apiVersion: ARGO_API_VERSION, kind: 'AnalysisRun', metadata, spec: { metrics: [metric] } };
}

/** What `weir run` measures of itself. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SECOND, type Instant, type Millis } from '#core/time.ts';
import type { OnAnswer } from '#shared/kubernetes/connection.ts';
import type { ObjectKey, WorkMessage } from '#shared/ports.ts';
import { Exposition, label } from './exposition.ts';

/** Seconds. */
const PASS_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
const LATENESS_BUCKETS = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 15, 60];

export interface Telemetry {
  readonly exposition: Exposition;
  readonly onAnswer: OnAnswer;
  pass(message: WorkMessage, outcome: 'done' | 'redeliver' | 'failed', length: Millis): void;
  /** How long after it was due a pass began. */
  late(kind: ObjectKey['kind'], length: Millis): void;
  measured(count: number): void;
  order(): void;
}

export function createTelemetry(startedAt: Instant): Telemetry {
  const exposition = new Exposition();
  const requests = exposition.counter(
    'weir_api_requests_total',
    'Requests to the API server, by verb and HTTP status.',
  );
  const passes = exposition.counter('weir_passes_total', 'Passes, by kind and outcome.');
  const seconds = exposition.histogram('weir_pass_duration_seconds', 'How long passes took.', PASS_BUCKETS);
  const lateness = exposition.histogram(
    'weir_lateness_seconds',
    'How long after it was due a pass began.',
    LATENESS_BUCKETS,
  );
  const measurements = exposition.counter('weir_measurements_total', 'Measurements recorded in history.');
  const orders = exposition.counter('weir_orders_total', 'Orders applied, refused or stale.');
  describeProcess(exposition, startedAt);
  return {
    exposition,
    onAnswer: (verb, code) => requests.add(`verb="${verb}",code="${code}"`),
    pass({ request }, outcome, length) {
      passes.add(`kind="${request.kind}",outcome="${outcome}"`);
      seconds.observe(length / SECOND, `kind="${request.kind}"`);
    },
    late: (kind, length) => lateness.observe(Math.max(0, length) / SECOND, `kind="${kind}"`),
    measured: (count) => measurements.add('', count),
    order: () => orders.add(),
  };
}

/** The names that dashboards of any process know. */
function describeProcess(exposition: Exposition, startedAt: Instant): void {
  const build = `${label('version', ownVersion())},${label('node', process.version)}`;
  exposition.gauge('weir_build_info', 'Which Weir this is.', () => [[build, 1]]);
  exposition.total('process_cpu_seconds_total', 'User and system CPU time.', () => {
    const { user, system } = process.cpuUsage();
    return [['', (user + system) / 1e6]];
  });
  exposition.gauge('process_resident_memory_bytes', 'Resident memory.', () => [['', process.memoryUsage.rss()]]);
  exposition.gauge('process_start_time_seconds', 'When the process started.', () => [['', startedAt / SECOND]]);
}

function ownVersion(): string {
  const file = join(import.meta.dirname, '..', '..', 'package.json');
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}

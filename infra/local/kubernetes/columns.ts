/** What `kubectl get` prints of the built-in kinds; custom kinds print the columns of their definition. */
import type { Instant } from '#core/time.ts';
import { ageOf } from './age.ts';
import { readJsonPath } from './json-path.ts';
import type { KindDefinition, PrintedColumn } from './kinds.ts';
import { recordAt, recordsAt, type ApiObject, type Draft } from './objects.ts';
import { conditionOf } from './pods.ts';

export interface Column {
  readonly name: string;
  readonly type: PrintedColumn['type'];
  readonly priority: number;
  readonly cell: (object: ApiObject, now: Instant) => unknown;
}

const NAME: Column = column('Name', (object) => object.metadata.name);
const AGE: Column = column('Age', (object, now) => ageOf(object.metadata.creationTimestamp, now));

function column(name: string, cell: Column['cell'], type: Column['type'] = 'string', priority = 0): Column {
  return { name, type, priority, cell };
}

export function columnsOf(kind: KindDefinition): readonly Column[] {
  if (!kind.builtIn) return [NAME, ...kind.columns.map(customColumn)];
  return [NAME, ...(BUILT_IN_COLUMNS[kind.kind] ?? []), AGE];
}

function customColumn({ name, type, priority = 0, jsonPath }: PrintedColumn): Column {
  const read = (object: ApiObject): unknown => readJsonPath(object, jsonPath);
  if (type !== 'date') return column(name, (object) => read(object) ?? null, type, priority);
  return column(name, (object, now) => ageOf(read(object), now), 'string', priority);
}

function count(section: string, key: string): (object: ApiObject) => unknown {
  return (object) => recordAt(object, section)[key] ?? 0;
}

function share(done: (object: ApiObject) => unknown, wanted: (object: ApiObject) => unknown): Column['cell'] {
  return (object) => `${String(done(object))}/${String(wanted(object))}`;
}

const BUILT_IN_COLUMNS: Readonly<Record<string, readonly Column[]>> = {
  Namespace: [column('Status', (namespace) => recordAt(namespace, 'status')['phase'])],
  Pod: [column('Ready', readyContainers), column('Status', podState), column('Restarts', restarts, 'integer')],
  ReplicaSet: [
    column('Desired', count('spec', 'replicas'), 'integer'),
    column('Current', count('status', 'replicas'), 'integer'),
    column('Ready', count('status', 'readyReplicas'), 'integer'),
  ],
  Deployment: [
    column('Ready', share(count('status', 'readyReplicas'), count('spec', 'replicas'))),
    column('Up-to-date', count('status', 'updatedReplicas'), 'integer'),
    column('Available', count('status', 'availableReplicas'), 'integer'),
  ],
  Job: [
    column('Status', jobState),
    column('Completions', share(count('status', 'succeeded'), count('spec', 'completions'))),
  ],
  Service: [
    column('Type', (service) => recordAt(service, 'spec')['type']),
    column('Cluster-IP', (service) => recordAt(service, 'spec')['clusterIP'] ?? '<none>'),
    column('Port(s)', servicePorts),
  ],
  ConfigMap: [column('Data', dataCount, 'integer')],
  Secret: [column('Type', (secret) => secret['type']), column('Data', dataCount, 'integer')],
  Event: [
    column('Type', (event) => event['type']),
    column('Reason', (event) => event['reason']),
    column('Object', (event) => involved(recordAt(event, 'involvedObject'))),
    column('Message', (event) => event['message']),
  ],
};

function containerStatuses(pod: ApiObject): readonly Draft[] {
  return recordsAt(recordAt(pod, 'status'), 'containerStatuses');
}

function readyContainers(pod: ApiObject): string {
  const ready = containerStatuses(pod).filter((status) => status['ready'] === true).length;
  return `${ready}/${recordsAt(recordAt(pod, 'spec'), 'containers').length}`;
}

/** Why a container waits or has ended says more than the phase. */
function podState(pod: ApiObject): unknown {
  if (pod.metadata.deletionTimestamp !== undefined) return 'Terminating';
  const reasons = containerStatuses(pod).map((status) => {
    const state = recordAt(status, 'state');
    return recordAt(state, 'waiting')['reason'] ?? recordAt(state, 'terminated')['reason'];
  });
  return reasons.find((reason) => reason !== undefined) ?? recordAt(pod, 'status')['phase'];
}

function restarts(pod: ApiObject): number {
  return containerStatuses(pod).reduce((sum, status) => sum + Number(status['restartCount'] ?? 0), 0);
}

function jobState(job: ApiObject): string {
  const ended = ['Complete', 'Failed'].find((type) => conditionOf(job, type)?.['status'] === 'True');
  return ended ?? 'Running';
}

function servicePorts(service: ApiObject): string {
  const ports = recordsAt(recordAt(service, 'spec'), 'ports');
  return ports.map(({ port, protocol }) => `${String(port)}/${String(protocol)}`).join(',') || '<none>';
}

function dataCount(object: ApiObject): number {
  return Object.keys(recordAt(object, 'data')).length;
}

function involved({ kind, name }: Readonly<Draft>): string {
  return `${String(kind).toLowerCase()}/${String(name)}`;
}

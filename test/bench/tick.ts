/**
 * `npm run bench -- tick [--rollouts N] [--json]`: what a tick costs over many Rollouts of which few have changed. Bytes and CPU must grow
 * with what changed, not with what exists.
 */
import { parseArgs } from 'node:util';
import { ARGO_API_VERSION } from '#core/resources/argo.ts';
import type { KubernetesObject } from '#core/resources/kubernetes.ts';
import { discover } from '#shared/controllers/discover.ts';
import type { Cluster, ListQuery, Site } from '#shared/ports.ts';
import { World } from '../support/world.ts';
import { rollout } from './cluster/objects.ts';

const CHANGED = [0, 10, 1_000];
const NAMESPACE = 'default';
/** The median of as many ticks. */
const TICKS = 7;

interface Figure {
  readonly changed: number;
  readonly added: number;
  readonly kilobytes: number;
  readonly cpuMilliseconds: number;
}

export async function benchTick(words: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...words],
    options: { rollouts: { type: 'string', default: '10000' }, json: { type: 'boolean', default: false } },
  });
  const world = new World({ controllers: [] });
  await world.engine.stop();
  const count = Number(values.rollouts);
  const options = { replicas: 1, steps: [{ setWeight: 20 }, { pause: {} }] };
  for (let index = 0; index < count; index += 1) {
    await world.cluster.create(rollout({ namespace: NAMESPACE, name: nameOf(index) }, options));
  }
  const heard = counting(world.cluster);
  const site: Site = { cluster: heard.cluster, controllers: ['analysis', 'rollouts'], namespaces: [], providers: NONE };
  const first = await tick(world, site, heard, count);
  const figures = [first];
  for (const changed of CHANGED) figures.push(await medianTick(world, site, heard, changed));
  await world.stop();
  if (values.json) return console.log(JSON.stringify({ rollouts: count, figures }));
  for (const { changed, added, kilobytes, cpuMilliseconds } of figures) {
    const cost = `${kilobytes.toFixed(1).padStart(10)} kB ${cpuMilliseconds.toFixed(1).padStart(8)} ms of CPU`;
    console.log(`${String(changed).padStart(7)} changed ${String(added).padStart(7)} added ${cost}`);
  }
}

const NONE: Site['providers'] = { for: () => Promise.reject(new Error('a tick measures nothing')) };
const nameOf = (index: number): string => `app-${index}`;

async function medianTick(world: World, site: Site, heard: Heard, changed: number): Promise<Figure> {
  const ticks: Figure[] = [];
  for (let count = 0; count < TICKS; count += 1) {
    for (let index = 0; index < changed; index += 1) await touch(world.cluster, nameOf(index), count);
    ticks.push(await tick(world, site, heard, changed));
  }
  const [median] = ticks.toSorted((a, b) => a.cpuMilliseconds - b.cpuMilliseconds).slice(Math.floor(TICKS / 2));
  if (median === undefined) throw new Error('no tick');
  return median;
}

async function touch(cluster: Cluster, name: string, count: number): Promise<void> {
  const ref = { apiVersion: ARGO_API_VERSION, kind: 'Rollout', namespace: NAMESPACE, name };
  await cluster.patch(ref, { metadata: { annotations: { touched: `${Date.now()}-${count}` } } });
}

async function tick({ engine }: World, site: Site, heard: Heard, changed: number): Promise<Figure> {
  heard.bytes = 0;
  const before = process.cpuUsage();
  const added = await discover(site, engine.ports, { watchFor: 0 });
  const { user, system } = process.cpuUsage(before);
  return { changed, added, kilobytes: heard.bytes / 1_024, cpuMilliseconds: (user + system) / 1_000 };
}

interface Heard {
  readonly cluster: Cluster;
  /** Of the objects that were listed and watched, as JSON. */
  bytes: number;
}

function counting(cluster: Cluster): Heard {
  const heard = {
    bytes: 0,
    cluster: {
      ...cluster,
      async list<T extends KubernetesObject>(query: ListQuery) {
        const list = await cluster.list<T>(query);
        heard.bytes += JSON.stringify(list.items).length;
        return list;
      },
      async *watch(query) {
        for await (const event of cluster.watch(query)) {
          heard.bytes += JSON.stringify(event).length;
          yield event;
        }
      },
    } as Cluster,
  };
  return heard;
}

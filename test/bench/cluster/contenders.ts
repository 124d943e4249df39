/** Those whose cost is compared: `weir run`, and Argo's controller as released, each alone in a namespace at its time. */
import { freePorts, eventually } from '../../cluster/support/processes.ts';
import { startArgo, startWeir } from '../../cluster/support/controllers.ts';
import type { ControlPlaneFacts } from '../../cluster/support/control-plane.ts';
import { costOf, type ProcessCost } from './process-cost.ts';

export interface Requests {
  readonly all: number;
  /** Everything but get, list and watch. */
  readonly writes: number;
}

export interface Running {
  readonly startedAt: number;
  /** For a start again. */
  readonly data?: string;
  requests(): Promise<Requests>;
  cost(): ProcessCost;
  stop(): Promise<void>;
}

export interface Contender {
  readonly name: string;
  start(place: Place): Promise<Running>;
}

export interface Place {
  readonly facts: ControlPlaneFacts;
  readonly namespace: string;
  /** `host:port` of the metrics, which may be asked. */
  readonly source: string;
  /** Of an earlier start in this namespace: it is started again. */
  readonly data?: string;
}

export const WEIR: Contender = {
  name: 'weir',
  async start({ facts, namespace, source, data }) {
    const startedAt = Date.now();
    const weir = await startWeir(facts, {
      controllers: 'analysis,rollouts',
      namespaces: [namespace],
      config: { clusters: [{ name: 'bench' }], egress: { loopback: [source] } },
      flags: ['--log-level=warn'],
      ...(data === undefined ? {} : { data }),
    });
    return {
      startedAt,
      data: weir.data,
      requests: async () =>
        requestsIn(await textOf(`${weir.metrics}/metrics`), /^weir_api_requests_total\{/, /verb="(\w+)"/),
      cost: () => costOf(weir.pid ?? 0),
      stop: () => weir.stop(),
    };
  },
};

/** Its own defaults: 40 requests a second, 30 threads. */
export const ARGO_DEFAULT = argo('argo', ['--qps=40', '--burst=80']);
export const ARGO_TUNED = argo('argo tuned', ['--qps=200', '--burst=400', '--analysis-threads=100']);
/** What a person may do who wants its start to be quick. */
export const ARGO_UNLED = argo('argo tuned, no election', [
  '--qps=200',
  '--burst=400',
  '--analysis-threads=100',
  '--leader-elect=false',
]);

function argo(name: string, flags: readonly string[]): Contender {
  return {
    name,
    async start({ facts, namespace }) {
      const startedAt = Date.now();
      const [port = 0] = await freePorts(1);
      const server = await startArgo(facts, { namespace, flags: [...flags, `--metricsPort=${port}`] });
      const counted = /^controller_clientset_k8s_request_total\{/;
      return {
        startedAt,
        requests: async () => requestsIn(await textOf(`http://127.0.0.1:${port}/metrics`), counted, /verb="(\w+)"/),
        cost: () => costOf(server.pid ?? 0),
        stop: () => server.stop(),
      };
    },
  };
}

function textOf(url: string): Promise<string> {
  return eventually(url, async () => (await fetch(url)).text());
}

const READS: ReadonlySet<string> = new Set(['get', 'list', 'watch']);

/** @param counter which lines count  @param verb where such a line has it */
function requestsIn(exposition: string, counter: RegExp, verb: RegExp): Requests {
  let [all, writes] = [0, 0];
  for (const line of exposition.split('\n').filter((text) => counter.test(text))) {
    const count = Number(line.slice(line.lastIndexOf(' ') + 1));
    all += count;
    if (!READS.has((verb.exec(line)?.[1] ?? '').toLowerCase())) writes += count;
  }
  return { all, writes };
}

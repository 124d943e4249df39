/**
 * Metrics and alerts for real: apps whose versions behave well or badly, scraped by Prometheus; the guidelines' templates as they are
 * judge them once a minute, and the shipped rules fire through Alertmanager into Weir.
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import type { AnalysisRun, CanaryStep, Rollout } from '#core/resources/argo.ts';
import type { NewObject } from '#core/resources/kubernetes.ts';
import { startWeir, type RunningWeir } from '../support/controllers.ts';
import { eventually, freePorts } from '../support/processes.ts';
import { newestRelease, Scene } from '../support/scene.ts';
import { sharedControlPlane } from '../support/shared-control-plane.ts';
import { weirAccount } from '../support/weir-account.ts';
import { BAD, GOOD } from './app.ts';
import { startAlertmanager, startPrometheus, type Monitoring } from './monitoring.ts';
import { startTraffic } from './traffic.ts';

/** Four failed measurements, one a minute, and the first may still be good. */
const JUDGED = { within: 420_000 };

const facts = sharedControlPlane();
const folder = mkdtempSync(join(tmpdir(), 'weir-monitoring-'));
let scene: Scene;
let weir: RunningWeir;
let traffic: ReturnType<typeof startTraffic>;
const monitoring: Monitoring[] = [];

beforeAll(async () => {
  scene = await Scene.open(facts, 'monitored');
  const targetsFile = join(folder, 'targets.json');
  traffic = startTraffic({
    recording: scene.recording,
    namespace: scene.namespace,
    targetsFile,
    behaviourOf: (image) => (image.endsWith(':bad') ? BAD : GOOD),
  });
  const [prometheusPort = 0] = await freePorts(1);
  const account = await weirAccount(facts, 'rollouts', 'monitored');
  const prometheus = `127.0.0.1:${prometheusPort}`;
  weir = await startWeir(facts, {
    controllers: 'analysis,rollouts',
    namespaces: [scene.namespace],
    kubeconfig: account.kubeconfig,
    leaseNamespace: account.namespace,
    config: {
      clusters: [{ name: 'shop', metrics: [{ match: 'http://prometheus:9090', url: `http://${prometheus}` }] }],
      egress: { loopback: [prometheus] },
    },
  });
  const alertmanager = await startAlertmanager(folder, { url: weir.url, token: weir.tokens.alertmanagerToken });
  monitoring.push(alertmanager);
  const options = { targetsFile, port: prometheusPort, alertmanager: new URL(alertmanager.url).host };
  monitoring.push(await startPrometheus(folder, options));
  await scene.create(template('success-rate'), template('latency'));
  await Promise.all(['well-judged', 'ill-judged', 'alerted'].map(givenFirstVersion));
  // Left to analysis alone: an alert would be faster.
  await scene.patch('ill-judged', { metadata: { annotations: { 'weir.dev/alerts': 'off' } } });
  await Promise.all([
    scene.release('well-judged', 'v2'),
    scene.release('ill-judged', 'bad'),
    scene.release('alerted', 'bad'),
  ]);
}, 300_000);

afterAll(async () => {
  await traffic.stop();
  for (const part of monitoring.toReversed()) await part.stop();
  await weir.stop();
  await scene.close();
  rmSync(folder, { recursive: true });
});

/** A template of the guidelines, as it stands in examples/canary. */
function template(name: string): NewObject {
  const file = fileURLToPath(new URL(`../../../examples/canary/${name}.yaml`, import.meta.url));
  return parse(readFileSync(file, 'utf8')) as NewObject;
}

async function givenFirstVersion(name: string): Promise<void> {
  const steps: CanaryStep[] = [{ setWeight: 50 }, { pause: name === 'well-judged' ? { duration: '75s' } : {} }];
  const analysis = {
    templates: [{ templateName: 'success-rate' }, { templateName: 'latency' }],
    args: [{ name: 'service-name', value: name }],
  };
  await scene.givenCanary(name, steps, name === 'alerted' ? {} : { analysis });
  await scene.untilPhase(name, 'Healthy');
}

const isAborted = ({ status }: Rollout) => status?.phase === 'Degraded' && status.abort === true;

/** The last version of the one AnalysisRun of a Rollout. */
function runOf(name: string): AnalysisRun | undefined {
  const runs = scene.recording.all<AnalysisRun>('AnalysisRun');
  return runs.findLast(({ metadata }) => metadata.name.startsWith(`${name}-`));
}

describe("given a version that fails, when the shipped rules see it by the canary's hash", () => {
  it('then Alertmanager tells Weir, and Weir aborts that release', async () => {
    const aborted = await scene.until('alerted', 'aborted', isAborted, JUDGED);
    expect(aborted.status?.stableRS).not.toBe(aborted.status?.currentPodHash);
    const { orders } = await newestRelease(weir, 'shop', scene.namespace, 'alerted');
    expect(orders.map(({ person }) => person).join(' ')).toContain('alertmanager');
    expect(JSON.stringify(orders)).toContain('VersionErrorRate');
  }, 480_000);

  it('then the Watchdog has come the same way', async () => {
    await eventually(
      'the Watchdog is heard',
      () => (/Watchdog heard/.test(readFileSync(weir.logFile, 'utf8')) ? true : undefined),
      {
        within: 120_000,
      },
    );
  });
});

describe('given the templates of the guidelines, unchanged', () => {
  it('when a good version is released, then they find it good and it is promoted', async () => {
    await scene.until(
      'well-judged',
      'promoted',
      ({ status, metadata }) => {
        const isSecond = metadata.annotations?.['rollout.argoproj.io/revision'] === '2';
        return isSecond && status?.phase === 'Healthy' && status.stableRS === status.currentPodHash;
      },
      JUDGED,
    );
    const run = await eventually('the run ends', () =>
      runOf('well-judged')?.status?.phase === 'Successful' ? runOf('well-judged') : undefined,
    );
    for (const { successful, failed, error } of run.status?.metricResults ?? []) {
      expect(successful).toBeGreaterThanOrEqual(1);
      expect(failed ?? 0).toBe(0);
      expect(error ?? 0).toBeLessThan(2);
    }
  }, 480_000);

  it('when a version that fails is released, then success-rate fails four times and it is aborted', async () => {
    const aborted = await scene.until('ill-judged', 'aborted', isAborted, JUDGED);
    expect(aborted.status?.message).toContain(
      'Metric "success-rate" assessed Failed due to failed (4) > failureLimit (3)',
    );
  }, 480_000);
});

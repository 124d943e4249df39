import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { createMetricProviders } from '#shared/metric-providers/registry.ts';
import { FAILING, HEALTHY } from '../../infra/local/metrics/behaviour.ts';
import { createMetricsSource, type MetricsSource } from '../../infra/local/metrics/source.ts';
import { readManifests } from '../../infra/local/manifests.ts';
import { simulatedPods } from '../../infra/local/simulated-pods.ts';
import { World } from '../support/world.ts';

const EXAMPLES = join(import.meta.dirname, '../../examples/canary');

let world: World;
let source: MetricsSource;

afterEach(async () => {
  await world.stop();
  await source.stop();
});

/** The guidelines' canary on real queries over simulated pods whose bad versions fail half of their requests. */
async function givenTheDemo({ statusLabel, rule = true }: { statusLabel: string; rule?: boolean }): Promise<void> {
  let address = '';
  world = new World({
    providers: (cluster, clock, store) => {
      source = createMetricsSource({
        timers: clock,
        pods: () => simulatedPods(store),
        behaviourOf: ({ image }) => (image.endsWith('-errors') ? FAILING : HEALTHY),
        statusLabel,
      });
      return {
        for: async (metric) =>
          createMetricProviders({
            clock,
            cluster,
            addressRules: rule ? [{ match: 'http://prometheus:9090', url: address }] : [],
            egress: { loopback: rule ? [new URL(address).host] : [] },
            secrets: async () => undefined,
            controllerNamespace: 'argo-rollouts',
            environment: {},
            resolve: async () =>
              Promise.reject(Object.assign(new Error('getaddrinfo ENOTFOUND'), { code: 'ENOTFOUND' })),
          }).for(metric),
      };
    },
  });
  address = await source.listen();
  await world.apply(...readManifests(EXAMPLES, 'canary'));
  await world.until('the first deployment', async () => (await rollout()).status?.phase === 'Healthy');
}

const rollout = () => world.rollout('my-app', 'canary');
const newest = async () => (await world.releases('my-app', 'canary'))[0];
const hasEnded = async () => (await newest())?.revision === 2 && (await newest())?.outcome !== 'running';

describe('given the guidelines’ canary on the queries as they are written', () => {
  it('when a version fails half of its requests, then success-rate aborts it', async () => {
    await givenTheDemo({ statusLabel: 'status' });
    await world.setImage('my-app:v3-errors', 'my-app', 'canary');
    await world.until('its end', hasEnded);
    expect(await newest()).toMatchObject({ outcome: 'aborted', weights: [20, 40] });
    expect((await newest())?.reason).toContain(
      'Metric "success-rate" assessed Failed due to failed (4) > failureLimit (3)',
    );
  });

  it('when the same version comes and the metrics misspell the status label, then success-rate sees nothing wrong', async () => {
    await givenTheDemo({ statusLabel: 'state' });
    await world.setImage('my-app:v3-errors', 'my-app', 'canary');
    await world.until('its end', hasEnded);
    expect(await newest()).toMatchObject({ outcome: 'promoted' });
  });

  it('when a version is good, then it is promoted', async () => {
    await givenTheDemo({ statusLabel: 'status' });
    await world.setImage('my-app:v3', 'my-app', 'canary');
    await world.until('its end', hasEnded);
    expect(await newest()).toMatchObject({ outcome: 'promoted', weights: [20, 40, 60, 80, 100] });
  });

  it('when no rule leads the address anywhere, then each measurement is an error that names the rule, and it is aborted', async () => {
    await givenTheDemo({ statusLabel: 'status', rule: false });
    await world.setImage('my-app:v3', 'my-app', 'canary');
    await world.until('its end', hasEnded);
    expect(await newest()).toMatchObject({ outcome: 'aborted' });
    const release = await newest();
    const measured = (await world.transitions(release)).filter(({ type }) => type === 'measured');
    expect(measured[0]?.message).toContain('no metrics rule for address "http://prometheus:9090"');
  });
});

import { describe, expect, it } from '@jest/globals';
import type { AddressRule } from '#core/egress/address-rules.ts';
import { InvalidSpecError } from '#core/errors.ts';
import { createMetricProviders } from '#shared/metric-providers/registry.ts';
import type { ServiceRequest } from '#shared/metric-providers/transport.ts';
import { answering, inFlight, openServer, optionsFor, providerFor, readingOf, taskFor, NOW } from './support.ts';

const NOWHERE = { host: '127.0.0.1:1' };
const UP = { status: 'success', data: { resultType: 'scalar', result: [1, '1'] } };

describe('given a metric', () => {
  it.each([
    ['prometheus', 'Prometheus'],
    ['web', 'Web'],
    ['datadog', 'Datadog'],
    ['newRelic', 'NewRelic'],
    ['wavefront', 'Wavefront'],
    ['cloudWatch', 'CloudWatch'],
    ['graphite', 'Graphite'],
    ['influxdb', 'Influxdb'],
    ['skywalking', 'SkyWalking'],
    ['kayenta', 'Kayenta'],
    ['job', 'Job'],
  ])('when it names %s, then that provider measures it', async (name, type) => {
    expect((await providerFor(taskFor({ [name]: {} }), optionsFor(NOWHERE))).type).toBe(type);
  });

  it.each([[{}], [{ opsmx: {} }], [{ plugin: {} }], [{ web: {}, job: {} }]])(
    'when its provider is %j, then it is refused by name',
    async (provider) => {
      const refused = createMetricProviders(optionsFor(NOWHERE)).for(taskFor(provider).metric);
      await expect(refused).rejects.toThrow(new InvalidSpecError("no valid provider in metric 'm'"));
    },
  );

  it('when it is asked for twice, then the provider is the same', async () => {
    const providers = createMetricProviders(optionsFor(NOWHERE));
    const { metric } = taskFor({ web: { url: '' } });
    expect(await providers.for(metric)).toBe(await providers.for(metric));
  });

  it.each(['resume', 'terminate'] as const)(
    'when its provider finishes at once, then %s leaves a measurement as it is',
    async (operation) => {
      const server = await openServer(answering('1'));
      const measurement = { ...inFlight({ a: 'b' }), resumeAt: '2024-01-01T00:01:00Z' };
      const reading = await readingOf(
        taskFor({ web: { url: server.address } }, { operation, measurement }),
        optionsFor(server),
      );
      expect(reading).toEqual({ kind: 'pending', resumeAt: NOW + 60_000, metadata: { a: 'b' } });
      expect(server.requests).toEqual([]);
    },
  );
});

describe('given an address of the cluster', () => {
  const prometheus = { address: 'http://prometheus:9090', query: 'up' };
  const unknownHost = (): Promise<never> => Promise.reject(Object.assign(new Error('x'), { code: 'ENOTFOUND' }));

  it('when no rule speaks of it and it does not resolve, then the reading names the missing rule', async () => {
    const reading = await readingOf(taskFor({ prometheus }), optionsFor(NOWHERE, { resolve: unknownHost }));
    expect(reading).toEqual({
      kind: 'error',
      message:
        'POST "http://prometheus:9090": no metrics rule for address "http://prometheus:9090" in cluster "local" and the name ' +
        'does not resolve; add clusters[].metrics {match: "http://prometheus:9090", url: "…"} to weir.yaml',
    });
  });

  it('when its rule leads to a name that does not resolve, then that is the reading', async () => {
    const addressRules = [{ match: prometheus.address, url: 'https://gone.example.com' }];
    const reading = await readingOf(
      taskFor({ prometheus }),
      optionsFor(NOWHERE, { addressRules, resolve: unknownHost }),
    );
    expect(reading).toEqual({ kind: 'error', message: 'POST "http://prometheus:9090": no such host' });
  });

  it('when a rule has a URL, then that is asked, and judged', async () => {
    const server = await openServer(answering(UP));
    const addressRules = [{ match: prometheus.address, url: `${server.address}/team-a` }];
    expect(await readingOf(taskFor({ prometheus }), optionsFor(server, { addressRules }))).toMatchObject({ text: '1' });
    expect(server.requests).toMatchObject([{ path: '/team-a/api/v1/query' }]);
    const inside = [{ match: prometheus.address, url: 'http://169.254.169.254' }];
    const refused = await readingOf(taskFor({ prometheus }), optionsFor(server, { addressRules: inside }));
    const message = 'POST "http://prometheus:9090": not allowed: 169.254.169.254 is a metadata address';
    expect(refused).toEqual({ kind: 'error', message });
  });

  describe('when a rule has a service', () => {
    const addressRules: readonly AddressRule[] = [{ match: prometheus.address, service: 'monitoring/prometheus:9090' }];

    it('then it is asked through the service proxy', async () => {
      const asked: (readonly [string, ServiceRequest])[] = [];
      const serviceProxy = async (
        service: string,
        request: ServiceRequest,
      ): Promise<{ status: number; headers: object; body: string }> => {
        asked.push([service, request]);
        return { status: 200, headers: {}, body: JSON.stringify(UP) };
      };
      const options = optionsFor(NOWHERE, { addressRules, serviceProxy: serviceProxy as never });
      expect(await readingOf(taskFor({ prometheus }), options)).toMatchObject({ text: '1' });
      expect(asked).toMatchObject([
        ['monitoring/prometheus:9090', { method: 'POST', path: '/api/v1/query', body: 'query=up&time=1704067200' }],
      ]);
    });

    it('then no Authorization goes that way', async () => {
      const authentication = { basicAuth: { username: 'u', password: 'p' } };
      const serviceProxy = (): Promise<never> => Promise.reject(new Error('asked'));
      const options = optionsFor(NOWHERE, { addressRules, serviceProxy });
      const reading = await readingOf(taskFor({ prometheus: { ...prometheus, authentication } }), options);
      expect(reading).toMatchObject({
        kind: 'error',
        message: expect.stringContaining('carries no Authorization header'),
      });
    });

    it('then a refusal of the API server is the reading', async () => {
      const serviceProxy = (): Promise<never> => Promise.reject(new Error('services/proxy is forbidden'));
      const reading = await readingOf(taskFor({ prometheus }), optionsFor(NOWHERE, { addressRules, serviceProxy }));
      expect(reading).toEqual({ kind: 'error', message: 'POST "http://prometheus:9090": services/proxy is forbidden' });
    });

    it('then an API server that never answers ends with the deadline', async () => {
      const timer = new AbortController();
      const serviceProxy = (): Promise<never> => {
        timer.abort();
        return new Promise(() => undefined);
      };
      const startDeadline = (length: number): { length: number; signal: AbortSignal } => ({
        length,
        signal: timer.signal,
      });
      const options = optionsFor(NOWHERE, { addressRules, serviceProxy, startDeadline });
      const message = 'POST "http://prometheus:9090": no complete answer within 30 s';
      expect(await readingOf(taskFor({ prometheus }), options)).toEqual({ kind: 'error', message });
    });

    it('then without a way there it says so', async () => {
      const reading = await readingOf(taskFor({ prometheus }), optionsFor(NOWHERE, { addressRules }));
      const reason = 'no way to the service proxy of monitoring/prometheus:9090 from here';
      expect(reading).toEqual({ kind: 'error', message: `POST "http://prometheus:9090": ${reason}` });
    });
  });

  it('when it fails, then no path, query or user of it is told', async () => {
    const url = 'http://127.0.0.1:1/hooks/s3cr3t?token=s3cr3t';
    const reading = await readingOf(taskFor({ web: { url } }), optionsFor(NOWHERE));
    expect(reading).toEqual({ kind: 'error', message: 'GET "http://127.0.0.1:1": connection refused' });
  });
});

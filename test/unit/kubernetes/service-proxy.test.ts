import { afterEach, describe, expect, it } from '@jest/globals';
import { DeniedError, InvalidSpecError, TransientError } from '#core/errors.ts';
import { startDeadline, type HttpAnswer } from '#shared/http.ts';
import type { KubernetesCluster } from '#shared/kubernetes/cluster.ts';
import type { ServiceRequest } from '#shared/kubernetes/service-proxy.ts';
import { clusterAt, startScriptedServer, type Reply, type ScriptedServer } from './scripted-server.ts';

let server: ScriptedServer;
let cluster: KubernetesCluster;

async function given(reply: Reply): Promise<void> {
  server = await startScriptedServer(() => reply);
  cluster = clusterAt(server);
}

afterEach(async () => {
  cluster.close();
  await server.close();
});

function ask(request: Partial<ServiceRequest> = {}, service = 'monitoring/prometheus:9090'): Promise<HttpAnswer> {
  return cluster.askService(service, {
    method: 'GET',
    path: '/api/v1/query?query=up',
    deadline: startDeadline(5_000),
    maxBytes: 100,
    ...request,
  });
}

const refused = (code: number): Reply => ({ code, body: { kind: 'Status', status: 'Failure', message: 'the reason' } });

describe('askService', () => {
  it("given a request, then it goes to the proxy of the Service with Weir's own credentials", async () => {
    await given({ body: { status: 'success' }, headers: { 'x-served-by': 'prometheus' } });
    const headers = [
      { name: 'X-Scope', value: 'a' },
      { name: 'Authorization', value: 'Bearer theirs' },
    ];
    const answer = await ask({ headers });
    expect(answer).toMatchObject({
      status: 200,
      body: '{"status":"success"}',
      headers: { 'x-served-by': 'prometheus' },
    });
    expect(server.asked[0]).toMatchObject({
      line: 'GET /api/v1/namespaces/monitoring/services/prometheus:9090/proxy/api/v1/query',
      query: { query: 'up' },
      headers: { 'x-scope': 'a', authorization: 'Bearer secret' },
    });
  });

  it('given a body, then it is passed on as it is', async () => {
    await given({ body: {} });
    await ask({ method: 'POST', headers: [{ name: 'Content-Type', value: 'text/plain' }], body: '"up"' });
    expect(server.asked[0]).toMatchObject({ headers: { 'content-type': 'text/plain' }, body: 'up' });
    expect(server.asked[0]?.line).toMatch(/^POST /);
  });

  it.each([
    { given: 'an error of the Service in its own words', reply: { code: 503, body: { status: 'error' } }, status: 503 },
    { given: 'a page', reply: { code: 404, body: '<html>', headers: { 'content-type': 'text/html' } }, status: 404 },
    { given: 'a broken JSON', reply: { code: 400, body: '{' }, status: 400 },
  ])('given $given, then that is the answer', async ({ reply, status }) => {
    await given(reply);
    expect(await ask()).toMatchObject({ status });
  });

  it.each([
    { code: 403, error: DeniedError, says: /may not get services\/proxy of prometheus:9090 in namespace monitoring/ },
    { code: 503, error: TransientError, says: /the reason/ },
  ])('given that the API server itself refuses with $code, then it is a $error.name', async ({ code, error, says }) => {
    await given(refused(code));
    const asked = ask();
    await expect(asked).rejects.toThrow(error);
    await expect(asked).rejects.toThrow(says);
  });

  it('given an answer that is too large, then it fails', async () => {
    await given({ body: 'x'.repeat(101) });
    await expect(ask()).rejects.toThrow(/larger than 100 bytes/);
  });

  it.each(['/../../../secrets/s', '/%2e%2e/%2e%2e/pods', String.raw`/..\..\pods`, '/../prometheus:90901/proxy/x'])(
    'given the path %s, then nothing is asked: it leads out of the Service',
    async (path) => {
      await given({ body: {} });
      await expect(ask({ path })).rejects.toThrow(InvalidSpecError);
      expect(server.asked).toEqual([]);
    },
  );

  it.each(['prometheus', 'monitoring/prometheus', 'a/b/c:1', '../x:1'])(
    'given the service %s, then it is refused',
    async (service) => {
      await given({ body: {} });
      await expect(ask({}, service)).rejects.toThrow(/namespace\/name:port/);
    },
  );
});

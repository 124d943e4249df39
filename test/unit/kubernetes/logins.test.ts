import { afterEach, describe, expect, it } from '@jest/globals';
import { DeniedError, InvalidSpecError, TransientError } from '#core/errors.ts';
import { MINUTE } from '#core/time.ts';
import { createKubernetesCluster } from '#shared/kubernetes/cluster.ts';
import { eksLogin, type EksOptions } from '#shared/kubernetes/eks.ts';
import { tokenLogin } from '#shared/kubernetes/token-login.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';
import { startScriptedServer, type ScriptedServer } from './scripted-server.ts';

const OWN = { accessKeyId: 'AKIDOWN', secretAccessKey: 'own' };
const SERVICE = { apiVersion: 'v1', kind: 'Service', namespace: 'shop', name: 'web' };

/** What stands in the token: base64url of a presigned URL. */
function proofIn(authorization: string | string[] | undefined): URL {
  const [, encoded = ''] = /^Bearer k8s-aws-v1\.([\w-]+)$/.exec(String(authorization)) ?? [];
  return new URL(Buffer.from(encoded, 'base64url').toString());
}

async function tokenOf(
  login: ReturnType<ReturnType<typeof eksLogin>> | Awaited<ReturnType<ReturnType<typeof eksLogin>>>,
) {
  const options: { headers?: Record<string, string>; ca?: unknown } = {};
  await (await login).applyToHTTPSOptions(options as never);
  return options;
}

function setUp(more: Partial<EksOptions> = {}, answers: Record<string, Response> = {}) {
  const clock = new VirtualClock();
  const asked: { url: string; init: RequestInit }[] = [];
  const login = eksLogin({
    name: 'prod',
    region: 'eu-west-1',
    server: 'https://k8s.example',
    certificateAuthority: Buffer.from('PEM').toString('base64'),
    clock,
    credentials: async () => OWN,
    fetch: async (url, init = {}) => {
      asked.push({ url: String(url), init });
      const answer = answers[new URL(String(url)).host];
      if (answer === undefined) throw new Error('ENETUNREACH');
      return answer.clone();
    },
    ...more,
  });
  return { clock, asked, login };
}

describe('given an EKS cluster', () => {
  it('when it is entered, then the token is a presigned question of who asks, for this very cluster', async () => {
    const { login, asked } = setUp();
    const { headers, ca } = await tokenOf(login());
    const proof = proofIn(headers?.['authorization']);
    expect(proof.host).toBe('sts.eu-west-1.amazonaws.com');
    expect(Object.fromEntries(proof.searchParams)).toMatchObject({
      Action: 'GetCallerIdentity',
      Version: '2011-06-15',
      'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
      'X-Amz-SignedHeaders': 'host;x-k8s-aws-id',
      'X-Amz-Expires': '60',
      'X-Amz-Credential': expect.stringMatching(/^AKIDOWN\/\d{8}\/eu-west-1\/sts\/aws4_request$/),
      'X-Amz-Signature': expect.stringMatching(/^[\da-f]{64}$/),
    });
    expect(String(ca)).toBe('PEM');
    expect(asked).toEqual([]);
  });

  it('when time passes, then the token is kept for ten minutes, and renewed before its fifteen are over', async () => {
    const { login, clock } = setUp();
    const entered = await login();
    const first = (await tokenOf(entered)).headers?.['authorization'];
    await clock.advance(9 * MINUTE);
    expect((await tokenOf(entered)).headers?.['authorization']).toBe(first);
    await clock.advance(MINUTE);
    expect((await tokenOf(entered)).headers?.['authorization']).not.toBe(first);
  });

  it('when its place is not configured, then EKS is asked, in the name of Weir', async () => {
    const cluster = { endpoint: 'https://found.example', certificateAuthority: { data: 'Q0E=' } };
    const answers = { 'eks.eu-west-1.amazonaws.com': Response.json({ cluster }) };
    const { login, asked } = setUp({ server: undefined, certificateAuthority: undefined }, answers);
    const entered = await login();
    expect(entered.getCurrentCluster()).toEqual({ server: 'https://found.example' });
    expect(asked[0]?.url).toBe('https://eks.eu-west-1.amazonaws.com/clusters/prod');
    expect(new Headers(asked[0]?.init.headers).get('authorization')).toContain('/eu-west-1/eks/aws4_request');
  });

  it('when it is of another account, then its role is taken on first', async () => {
    const xml =
      '<AssumeRoleResult><AccessKeyId>AKIDROLE</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken></AssumeRoleResult>';
    const roleArn = 'arn:aws:iam::111122223333:role/weir';
    const { login, asked } = setUp({ roleArn }, { 'sts.eu-west-1.amazonaws.com': new Response(xml) });
    const proof = proofIn((await tokenOf(login())).headers?.['authorization']);
    expect(proof.searchParams.get('X-Amz-Credential')).toMatch(/^AKIDROLE\//);
    expect(proof.searchParams.get('X-Amz-Security-Token')).toBe('t');
    expect(new URLSearchParams(String(asked[0]?.init.body)).get('RoleArn')).toBe(roleArn);
  });

  it.each([
    { given: 'does not know the cluster', status: 404, then: InvalidSpecError },
    { given: 'refuses', status: 403, then: DeniedError },
    { given: 'fails', status: 500, then: TransientError },
  ])('when EKS $given, then that is the error', async ({ status, then }) => {
    const answers = { 'eks.eu-west-1.amazonaws.com': new Response('{}', { status }) };
    const { login } = setUp({ server: undefined, certificateAuthority: undefined }, answers);
    await expect(login()).rejects.toThrow(then);
  });

  it('when the role is refused, then that is told, and the next request tries again', async () => {
    const refusal = new Response('<Error><Code>AccessDenied</Code></Error>', { status: 403 });
    const { login, asked } = setUp(
      { roleArn: 'arn:aws:iam::111122223333:role/weir' },
      { 'sts.eu-west-1.amazonaws.com': refusal },
    );
    const entered = await login();
    await expect(tokenOf(entered)).rejects.toThrow('AccessDenied');
    await expect(tokenOf(entered)).rejects.toThrow(DeniedError);
    expect(asked).toHaveLength(2);
  });
});

describe('given a cluster that is entered with a token', () => {
  let server: ScriptedServer | undefined;
  afterEach(() => server?.close());

  it('when a token has expired, then one new one is fetched; when that is refused too, then the request is', async () => {
    let tokens = 0;
    let good = 'second';
    server = await startScriptedServer(({ headers }) =>
      headers.authorization === `Bearer ${good}`
        ? { body: { kind: 'Service' } }
        : { code: 401, body: { message: 'expired' } },
    );
    const { url } = server;
    const token = async () => (tokens === 1 ? 'first' : 'second');
    const cluster = createKubernetesCluster({
      name: 'prod',
      kubeConfig: () => {
        tokens += 1;
        return tokenLogin({ server: url, token });
      },
    });
    expect(await cluster.get(SERVICE)).toEqual({ kind: 'Service' });
    good = 'third';
    await expect(cluster.get(SERVICE)).rejects.toThrow(DeniedError);
    expect(server.asked.map(({ headers }) => headers.authorization)).toEqual(
      ['first', 'second', 'second', 'second'].map((one) => `Bearer ${one}`),
    );
    cluster.close();
  });

  it('when it gave no answer, then it rests: what follows fails at once, and nothing is asked', async () => {
    server = await startScriptedServer(() => (response) => void response.destroy());
    const { url } = server;
    const kubeConfig = () => tokenLogin({ server: url, token: async () => 't' });
    const cluster = createKubernetesCluster({ name: 'prod', kubeConfig, rest: MINUTE });
    await expect(cluster.get(SERVICE)).rejects.toThrow(TransientError);
    const before = server.asked.length;
    await expect(cluster.get(SERVICE)).rejects.toThrow('none a moment ago either');
    expect(server.asked).toHaveLength(before);
    cluster.close();
  });

  it('when a Service behind it gave no answer, then it does not rest: the API server is well', async () => {
    server = await startScriptedServer(({ line }) =>
      line.includes('/proxy/') ? (response) => void response.destroy() : { body: { kind: 'Service' } },
    );
    const { url } = server;
    const kubeConfig = () => tokenLogin({ server: url, token: async () => 't' });
    const cluster = createKubernetesCluster({ name: 'prod', kubeConfig, rest: MINUTE });
    const deadline = { length: MINUTE, signal: new AbortController().signal };
    const question = { method: 'GET', path: '/', deadline, maxBytes: 100 };
    await expect(cluster.askService('shop/web:80', question)).rejects.toThrow(TransientError);
    expect(await cluster.get(SERVICE)).toEqual({ kind: 'Service' });
    cluster.close();
  });
});

/** A Kubernetes control plane on 127.0.0.1, ready in about five seconds, with Argo Rollouts' own CRDs. */
import { execFile } from 'node:child_process';
import { createHash, createPublicKey, createSign, generateKeyPairSync, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ARGO_ROLLOUTS, CONTROL_PLANE, goProgram, moduleFolder } from './go-program.ts';
import { eventually, freePorts, startServer, type DistantServer, type Server } from './processes.ts';

const run = promisify(execFile);
const ISSUER = 'https://kubernetes.default.svc';

/** What is needed to use a control plane from another process: plain data. */
export interface ControlPlaneFacts {
  readonly folder: string;
  /** The path of the kubeconfig of a cluster administrator. */
  readonly kubeconfig: string;
  readonly server: string;
  /** The path of the program that is kubectl too. */
  readonly program: string;
  /** Those that should live now. */
  readonly servers: readonly DistantServer[];
}

export interface ControlPlane {
  readonly facts: ControlPlaneFacts;
  /** Ends the API server (by default without a farewell) and starts it again on the same port and data. */
  restartApiServer(options?: { readonly downFor?: number; readonly signal?: NodeJS.Signals }): Promise<void>;
  stop(): Promise<void>;
}

/** The controllers that Rollouts meet, and no others: each costs start-up time and memory. */
const CONTROLLERS = [
  'replicaset-controller',
  'deployment-controller',
  'garbage-collector-controller',
  'namespace-controller',
  'serviceaccount-controller',
  'job-controller',
  'endpointslice-controller',
  'endpoints-controller',
  'root-ca-certificate-publisher-controller',
  'horizontal-pod-autoscaler-controller',
  'disruption-controller',
];

export interface ControlPlaneOptions {
  /** Further flags of kube-apiserver. */
  readonly apiServerFlags?: readonly string[];
  /** Only etcd and the API server: no ReplicaSet gets pods, nothing is collected. */
  readonly bare?: boolean;
}

export async function startControlPlane(options: ControlPlaneOptions = {}): Promise<ControlPlane> {
  const program = await goProgram(CONTROL_PLANE);
  const crds = await argoCrds();
  const folder = mkdtempSync(join(tmpdir(), 'weir-control-plane-'));
  const servers: Server[] = [];
  const stop = async () => {
    for (const server of servers.toReversed()) await server.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    return await start({ program, folder, crds, servers, options, stop });
  } catch (error) {
    await stop();
    throw error;
  }
}

interface Start {
  readonly program: string;
  readonly folder: string;
  readonly crds: string;
  readonly servers: Server[];
  readonly options: ControlPlaneOptions;
  readonly stop: () => Promise<void>;
}

async function start({ program, folder, crds, servers, options, stop }: Start): Promise<ControlPlane> {
  const [etcdPort = 0, peerPort = 0, apiPort = 0, controllersPort = 0] = await freePorts(4);
  const launch = (name: string, words: readonly string[]): Server => {
    const server = startServer(name, folder, [program, name, ...words]);
    servers.push(server);
    return server;
  };
  const token = prepare(folder);
  launch('etcd', etcdFlags(folder, etcdPort, peerPort));
  const launchApiServer = () =>
    launch('kube-apiserver', [...apiServerFlags(folder, etcdPort, apiPort), ...(options.apiServerFlags ?? [])]);
  let apiServer = launchApiServer();
  const server = `https://127.0.0.1:${apiPort}`;
  const facts: ControlPlaneFacts = {
    folder,
    program,
    server,
    kubeconfig: join(folder, 'admin.kubeconfig'),
    get servers() {
      return servers.map(({ name, pid, logFile }) => ({ name, pid, logFile }));
    },
  };
  await ready(facts, token, apiServer);
  writeFileSync(facts.kubeconfig, kubeconfigOf(facts, { token }), { mode: 0o600 });
  await applyCrds(facts, crds);
  if (options.bare !== true) {
    launch('kube-controller-manager', controllerManagerFlags(folder, facts.kubeconfig, controllersPort));
    launch('fakelet', ['--kubeconfig', facts.kubeconfig]);
    await eventually('the controllers work', () => kubectl(facts, 'get', 'serviceaccount', 'default', '-n', 'default'));
  }
  return {
    facts,
    stop,
    restartApiServer: async ({ downFor = 0, signal = 'SIGKILL' } = {}) => {
      await apiServer.stop({ signal });
      servers.splice(servers.indexOf(apiServer), 1);
      await new Promise((resolve) => setTimeout(resolve, downFor));
      apiServer = launchApiServer();
      await ready(facts, token, apiServer);
    },
  };
}

/** Keys and the token of the administrator. @returns that token */
function prepare(folder: string): string {
  mkdirSync(join(folder, 'certs'));
  mkdirSync(join(folder, 'etcd'), { mode: 0o700 });
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  writeFileSync(join(folder, 'sa.key'), privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
  const token = randomBytes(16).toString('hex');
  writeFileSync(join(folder, 'tokens.csv'), `${token},admin,admin,"system:masters"\n`, { mode: 0o600 });
  return token;
}

/** Nothing must outlive the run, so that nothing is synced to disk. */
function etcdFlags(folder: string, clientPort: number, peerPort: number): readonly string[] {
  const client = `http://127.0.0.1:${clientPort}`;
  const peer = `http://127.0.0.1:${peerPort}`;
  return [
    `--data-dir=${join(folder, 'etcd')}`,
    `--listen-client-urls=${client}`,
    `--advertise-client-urls=${client}`,
    `--listen-peer-urls=${peer}`,
    `--initial-advertise-peer-urls=${peer}`,
    `--initial-cluster=default=${peer}`,
    '--unsafe-no-fsync',
    '--log-level=error',
  ];
}

/** Its serving certificate is made at the first start and is its own authority. */
function apiServerFlags(folder: string, etcdPort: number, port: number): readonly string[] {
  return [
    `--etcd-servers=http://127.0.0.1:${etcdPort}`,
    '--bind-address=127.0.0.1',
    '--advertise-address=127.0.0.1',
    `--secure-port=${port}`,
    `--cert-dir=${join(folder, 'certs')}`,
    `--token-auth-file=${join(folder, 'tokens.csv')}`,
    '--authorization-mode=RBAC',
    `--service-account-issuer=${ISSUER}`,
    `--service-account-key-file=${join(folder, 'sa.key')}`,
    `--service-account-signing-key-file=${join(folder, 'sa.key')}`,
    '--service-cluster-ip-range=10.96.0.0/16',
    '--endpoint-reconciler-type=none',
    '--allow-privileged',
    '--profiling=false',
  ];
}

function controllerManagerFlags(folder: string, kubeconfig: string, port: number): readonly string[] {
  return [
    `--kubeconfig=${kubeconfig}`,
    '--bind-address=127.0.0.1',
    `--secure-port=${port}`,
    `--cert-dir=${join(folder, 'certs')}`,
    '--leader-elect=false',
    '--use-service-account-credentials=false',
    `--service-account-private-key-file=${join(folder, 'sa.key')}`,
    `--root-ca-file=${authorityFile(folder)}`,
    `--controllers=${CONTROLLERS.join(',')}`,
    '--concurrent-gc-syncs=10',
    '--horizontal-pod-autoscaler-sync-period=2s',
    '--kube-api-qps=200',
    '--kube-api-burst=400',
    '--profiling=false',
  ];
}

const authorityFile = (folder: string): string => join(folder, 'certs', 'apiserver.crt');

async function ready(facts: ControlPlaneFacts, token: string, apiServer: Server): Promise<void> {
  await eventually('the API server is ready', async () => {
    apiServer.mustLive();
    if (!existsSync(authorityFile(facts.folder))) return undefined;
    return (await statusOf(`${facts.server}/readyz`, token, facts.folder)) === 200 ? true : undefined;
  });
}

function statusOf(url: string, token: string, folder: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const options = { ca: readFileSync(authorityFile(folder)), headers: { authorization: `Bearer ${token}` } };
    const asked = request(url, { ...options, timeout: 2_000 }, (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    });
    asked.once('error', reject).once('timeout', () => asked.destroy(new Error('no answer within 2 s')));
    asked.end();
  });
}

/** The definitions as released: they come with the module of the controller. @returns their folder, a kustomization */
export async function argoCrds(): Promise<string> {
  const { stdout } = await run('go', ['mod', 'download', '-json', 'github.com/argoproj/argo-rollouts'], {
    cwd: moduleFolder(ARGO_ROLLOUTS),
  });
  return join((JSON.parse(stdout) as { Dir: string }).Dir, 'manifests', 'crds');
}

/** Before the controller manager starts: its garbage collector looks for new kinds at its start, then every 30 s only. */
async function applyCrds(facts: ControlPlaneFacts, crds: string): Promise<void> {
  await eventually('the definitions are applied', () => kubectl(facts, 'apply', '--server-side', '-k', crds));
  await kubectl(facts, 'wait', '--for=condition=Established', 'crd', '--all', '--timeout=120s');
}

/** As the cluster's administrator. @returns what it prints */
export async function kubectl(facts: ControlPlaneFacts, ...words: readonly string[]): Promise<string> {
  const where = ['--kubeconfig', facts.kubeconfig, '--cache-dir', join(facts.folder, 'kubectl-cache')];
  const { stdout } = await run(facts.program, ['kubectl', ...where, ...words], { maxBuffer: 64 * 1024 * 1024 });
  return stdout;
}

export type User = { readonly token: string } | { readonly tokenFile: string };

/** @returns the text of a kubeconfig for somebody of this cluster */
export function kubeconfigOf(facts: Pick<ControlPlaneFacts, 'folder' | 'server'>, user: User): string {
  const authority = readFileSync(authorityFile(facts.folder)).toString('base64');
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'test',
    clusters: [{ name: 'test', cluster: { server: facts.server, 'certificate-authority-data': authority } }],
    users: [{ name: 'user', user }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'user' } }],
  });
}

/**
 * A token of a service account that is valid for so many seconds: the API server itself gives none for less than ten
 * minutes. It goes on accepting one for up to ten seconds more, from its cache.
 */
export async function shortToken(
  facts: ControlPlaneFacts,
  account: { readonly namespace: string; readonly name: string },
  seconds: number,
): Promise<string> {
  const { namespace, name } = account;
  const uid = await kubectl(facts, 'get', 'serviceaccount', name, '-n', namespace, '-o', 'jsonpath={.metadata.uid}');
  const key = readFileSync(join(facts.folder, 'sa.key'), 'utf8');
  const now = Math.floor(Date.now() / 1_000);
  const claims = {
    iss: ISSUER,
    aud: [ISSUER],
    sub: `system:serviceaccount:${namespace}:${name}`,
    iat: now,
    nbf: now,
    exp: now + seconds,
    'kubernetes.io': { namespace, serviceaccount: { name, uid } },
  };
  const text = [{ alg: 'RS256', kid: keyId(key) }, claims].map(base64url).join('.');
  return `${text}.${createSign('RSA-SHA256').update(text).sign(key, 'base64url')}`;
}

const base64url = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** The key id that Kubernetes derives from a public key. */
function keyId(privateKey: string): string {
  const publicKey = createPublicKey(privateKey).export({ type: 'spki', format: 'der' });
  return createHash('sha256').update(publicKey).digest('base64url');
}

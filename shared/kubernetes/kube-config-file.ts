/**
 * Reads the kubeconfigs that clusters hand out today: certificates, tokens, token files, passwords, exec, and a pod's service
 * account. client-node knows more (legacy auth providers, proxies, several merged files), and is asked for those only: it
 * takes 85 MB and a second to load, which a function's cold start and a small process both feel.
 */
import { readFileSync } from 'node:fs';
import type { RequestOptions } from 'node:https';
import { homedir } from 'node:os';
import { delimiter, dirname, isAbsolute, join } from 'node:path';
import * as z from 'zod/mini';
import { InvalidSpecError, messageOf } from '#core/errors.ts';
import type { Login } from './credentials.ts';
import { createExecCredentials, type ExecSpec } from './exec-credentials.ts';
import type { KubeConfigSource } from './kube-config.ts';
import { createTokenFile } from './token-file.ts';
import { parseYaml } from '../yaml.ts';

const text = z.optional(z.string());

const clusterEntry = z.looseObject({
  server: text,
  'certificate-authority': text,
  'certificate-authority-data': text,
  'insecure-skip-tls-verify': z.optional(z.boolean()),
  'tls-server-name': text,
  'proxy-url': text,
});

const userEntry = z.looseObject({
  token: text,
  tokenFile: text,
  username: text,
  password: text,
  'client-certificate': text,
  'client-certificate-data': text,
  'client-key': text,
  'client-key-data': text,
  exec: z.optional(z.custom<ExecSpec>((value) => typeof value === 'object' && value !== null)),
  'auth-provider': z.optional(z.looseObject({})),
  as: text,
});

const context = z.looseObject({ cluster: text, user: text });

function listOf<Shape extends z.core.$ZodShape>(shape: Shape) {
  return z.nullish(z.array(z.looseObject({ name: z.string(), ...shape })));
}

/** As kubectl reads it: lists may be absent or null, entries may lack what they name. */
const kubeConfig = z.looseObject({
  'current-context': text,
  clusters: listOf({ cluster: z.nullish(clusterEntry) }),
  contexts: listOf({ context: z.nullish(context) }),
  users: listOf({ user: z.nullish(userEntry) }),
});

type ClusterEntry = z.infer<typeof clusterEntry>;
type UserEntry = z.infer<typeof userEntry>;
type KubeConfigFile = z.infer<typeof kubeConfig>;

const LOOPBACK = /^http:\/\/(127\.0\.0\.1|localhost|\[::1\])(:|\/|$)/;
const SERVICE_ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';

/**
 * @returns undefined for a kubeconfig that client-node must read
 * @throws InvalidSpecError when there is no such file or context
 */
export function readKubeConfig(source: KubeConfigSource, environment = process.env): Login | undefined {
  const found = textOf(source, environment);
  if (found === 'several') return undefined;
  if (found === undefined) return inPod(environment);
  const config = parsed(found.text);
  const name = source.context ?? config['current-context'];
  const chosen = config.contexts?.find((each) => each.name === name)?.context;
  const cluster = config.clusters?.find((each) => each.name === chosen?.cluster)?.cluster;
  if (cluster?.server === undefined) throw noContext(name, config);
  const user = config.users?.find((each) => each.name === chosen?.user)?.user ?? {};
  if (needsClientNode(cluster, user)) return undefined;
  return accessOf({ ...cluster, server: cluster.server }, user, found.folder);
}

/** Plain HTTP carries credentials for all to read: client-node refuses it where it leaves the machine. */
function needsClientNode({ server = '', ...cluster }: ClusterEntry, user: UserEntry): boolean {
  const isOpen = server.startsWith('http:') && !LOOPBACK.test(server);
  const isRare = cluster['proxy-url'] !== undefined || user['auth-provider'] !== undefined || user.as !== undefined;
  return isOpen || isRare;
}

interface Found {
  readonly text: string;
  /** What paths inside of it count from. */
  readonly folder: string;
}

function textOf({ text, file }: KubeConfigSource, environment: NodeJS.ProcessEnv): Found | 'several' | undefined {
  if (text !== undefined) return { text, folder: process.cwd() };
  if (file !== undefined) return { text: readText(file), folder: dirname(file) };
  const named = (environment['KUBECONFIG'] ?? '').split(delimiter).filter((path) => path !== '');
  if (named.length > 1) return 'several';
  const [path] = named;
  if (path !== undefined) return { text: readText(path), folder: dirname(path) };
  const usual = join(homedir(), '.kube', 'config');
  const content = readIfThere(usual);
  return content === undefined ? undefined : { text: content, folder: dirname(usual) };
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new InvalidSpecError(`The kubeconfig cannot be read: ${messageOf(error)}`, { cause: error });
  }
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

/** What is wrong is told by its place: the content may be a credential. */
function parsed(content: string): KubeConfigFile {
  const config = kubeConfig.safeParse(parseYaml(content, 'The kubeconfig cannot be read: it'));
  if (config.success) return config.data;
  const place = config.error.issues[0]?.path.join('.') ?? '';
  const what = place === '' ? 'it is no YAML mapping' : `${place} has the wrong type`;
  throw new InvalidSpecError(`The kubeconfig cannot be read: ${what}`);
}

function noContext(name: string | undefined, { contexts }: KubeConfigFile): InvalidSpecError {
  const known = (contexts ?? []).map((each) => each.name).join(', ') || 'none';
  return new InvalidSpecError(`The kubeconfig has no context ${JSON.stringify(name)}; it has ${known}`);
}

function accessOf(cluster: ClusterEntry & { readonly server: string }, user: UserEntry, folder: string): Login {
  const at = (path: string) => (isAbsolute(path) ? path : join(folder, path));
  const material = (data: string | undefined, path: string | undefined) => {
    if (data !== undefined) return Buffer.from(data, 'base64');
    return path === undefined ? undefined : Buffer.from(readText(at(path)));
  };
  const tls = present({
    ca: material(cluster['certificate-authority-data'], cluster['certificate-authority']),
    cert: material(user['client-certificate-data'], user['client-certificate']),
    key: material(user['client-key-data'], user['client-key']),
    rejectUnauthorized: cluster['insecure-skip-tls-verify'] === true ? false : undefined,
    servername: cluster['tls-server-name'],
  });
  const authorize = authorizationOf(user, cluster, at);
  return {
    getCurrentCluster: () => ({ server: cluster.server }),
    async applyToHTTPSOptions(options) {
      Object.assign(options, tls);
      await authorize(options);
    },
  };
}

type Authorize = (options: RequestOptions) => void | Promise<void>;

function authorizationOf(user: UserEntry, cluster: ClusterEntry, at: (path: string) => string): Authorize {
  if (user.exec !== undefined) return createExecCredentials(user.exec, cluster);
  if (user.tokenFile !== undefined) return bearer(createTokenFile(at(user.tokenFile)));
  const { token, username, password } = user;
  if (token !== undefined && token !== '') return bearer(() => token);
  if (username === undefined) return () => undefined;
  const basic = `Basic ${Buffer.from(`${username}:${password ?? ''}`).toString('base64')}`;
  return (options) => setHeader(options, basic);
}

function bearer(token: () => string): Authorize {
  return (options) => setHeader(options, `Bearer ${token()}`);
}

function setHeader(options: RequestOptions, authorization: string): void {
  Object.assign((options.headers ??= {}), { authorization });
}

/** @throws InvalidSpecError outside of a pod */
function inPod(environment: NodeJS.ProcessEnv): Login {
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port = '443' } = environment;
  const ca = readIfThere(join(SERVICE_ACCOUNT, 'ca.crt'));
  if (host === undefined || ca === undefined) {
    const looked = '$KUBECONFIG, ~/.kube/config and the service account of a pod';
    throw new InvalidSpecError(`There is no kubeconfig: ${looked} are all missing; name one with --kubeconfig FILE`);
  }
  const authorize = bearer(createTokenFile(join(SERVICE_ACCOUNT, 'token')));
  const server = `https://${host.includes(':') ? `[${host}]` : host}:${port}`;
  return {
    getCurrentCluster: () => ({ server }),
    async applyToHTTPSOptions(options) {
      options.ca = ca;
      await authorize(options);
    },
  };
}

function present(values: RequestOptions): RequestOptions {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}

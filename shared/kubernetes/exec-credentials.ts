/** Credentials from a command, as `aws eks get-token` and its like give them. Kubernetes client.authentication.k8s.io. */
import { execFile } from 'node:child_process';
import type { RequestOptions } from 'node:https';
import { promisify } from 'node:util';
import { messageOf } from '#core/errors.ts';
import { MINUTE, SECOND, type Instant } from '#core/time.ts';

export interface ExecSpec {
  readonly apiVersion?: string;
  readonly command?: string;
  readonly args?: readonly string[] | null;
  readonly env?: readonly { readonly name: string; readonly value: string }[] | null;
  readonly installHint?: string;
  readonly provideClusterInfo?: boolean;
}

interface ExecStatus {
  readonly token?: string;
  readonly clientCertificateData?: string;
  readonly clientKeyData?: string;
  readonly expirationTimestamp?: string;
}

const DEFAULT_VERSION = 'client.authentication.k8s.io/v1';
/** So much before they expire new ones are asked for. */
const EARLY = 30 * SECOND;

/** @param cluster what `provideClusterInfo` hands on; the commands read server and certificate authority */
export function createExecCredentials(spec: ExecSpec, cluster: object): (options: RequestOptions) => Promise<void> {
  let current: Promise<ExecStatus> | undefined;
  let until: Instant = 0;

  async function credentials(): Promise<ExecStatus> {
    if (current === undefined || Date.now() > until - EARLY) {
      until = Infinity;
      current = ask(spec, cluster);
    }
    try {
      const status = await current;
      until = Date.parse(status.expirationTimestamp ?? '') || Infinity;
      return status;
    } catch (error) {
      current = undefined;
      throw error;
    }
  }

  return async (options) => {
    const { token, clientCertificateData: cert, clientKeyData: key } = await credentials();
    if (cert !== undefined && key !== undefined) Object.assign(options, { cert, key });
    if (token === undefined) return;
    Object.assign((options.headers ??= {}), { authorization: `Bearer ${token}` });
  };
}

async function ask(spec: ExecSpec, cluster: object): Promise<ExecStatus> {
  const { apiVersion = DEFAULT_VERSION, command = '', args } = spec;
  const info = {
    apiVersion,
    kind: 'ExecCredential',
    spec: { interactive: false, ...(spec.provideClusterInfo === true && { cluster }) },
  };
  const own = Object.fromEntries((spec.env ?? []).map(({ name, value }) => [name, value]));
  const env = { ...process.env, ...own, KUBERNETES_EXEC_INFO: JSON.stringify(info) };
  try {
    const { stdout } = await promisify(execFile)(command, [...(args ?? [])], { env, timeout: MINUTE });
    const { status } = JSON.parse(stdout) as { status?: ExecStatus };
    if (status?.token === undefined && status?.clientCertificateData === undefined) throw new Error('it gave none');
    return status;
  } catch (error) {
    const hint = spec.installHint === undefined ? '' : `; ${spec.installHint.trim()}`;
    throw new Error(`the command "${command}" of the kubeconfig: ${messageOf(error)}${hint}`, { cause: error });
  }
}

/** Where the Lease is by which one `weir run` at a time executes. */
import { readFileSync } from 'node:fs';
import type { ClusterConfig } from '#shared/config.ts';

export interface LeasePlace {
  readonly namespace: string;
  readonly name: string;
}

export interface LeaseChoice {
  /** As a flag says. */
  readonly leaseNamespace: string | undefined;
  readonly instanceId: string | undefined;
  readonly config: Pick<ClusterConfig, 'namespaces'>;
}

export function leasePlace({ leaseNamespace, instanceId, config }: LeaseChoice): LeasePlace {
  return {
    namespace: leaseNamespace ?? ownNamespace() ?? config.namespaces[0] ?? 'default',
    name: instanceId === undefined ? 'weir-run' : `weir-run-${instanceId}`,
  };
}

function ownNamespace(): string | undefined {
  if (process.env['POD_NAMESPACE'] !== undefined) return process.env['POD_NAMESPACE'];
  try {
    return readFileSync('/var/run/secrets/kubernetes.io/serviceaccount/namespace', 'utf8').trim();
  } catch {
    return undefined;
  }
}

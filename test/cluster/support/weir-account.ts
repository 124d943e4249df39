/** infra/cluster applied as it is shipped, under names of its own, so that several modes can stand side by side in one cluster. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { kubeconfigOf, kubectl, type ControlPlaneFacts } from './control-plane.ts';

export type Mode = 'observe' | 'analysis' | 'rollouts';

/** A folder of infra/cluster. */
type Base = Mode | 'traffic-routing' | 'workload-scale-down';

export interface WeirAccount {
  /** Where the account and its Lease are. */
  readonly namespace: string;
  readonly name: string;
  /** As the API server knows it. */
  readonly user: string;
  /** The path of a kubeconfig that may do what this mode may, and nothing else. */
  readonly kubeconfig: string;
}

const BASES = fileURLToPath(new URL('../../../infra/cluster', import.meta.url));

/** @param label makes its names differ from those of other test files  @param patches of a kustomization */
export async function weirAccount(
  facts: ControlPlaneFacts,
  base: Base,
  label: string,
  patches: readonly unknown[] = [],
): Promise<WeirAccount> {
  const suffix = `-${label}-${base}`;
  const namespace = `weir${suffix}`;
  await applyBase(facts, base, { namespace, suffix, patches });
  const name = `weir${suffix}`;
  const token = await kubectl(facts, 'create', 'token', name, '-n', namespace, '--duration=2h');
  const kubeconfig = join(facts.folder, `${name}.kubeconfig`);
  writeFileSync(kubeconfig, kubeconfigOf(facts, { token: token.trim() }), { mode: 0o600 });
  return { namespace, name, user: `system:serviceaccount:${namespace}:${name}`, kubeconfig };
}

async function applyBase(
  facts: ControlPlaneFacts,
  base: Base,
  { namespace, suffix, patches }: { namespace: string; suffix: string; patches: readonly unknown[] },
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'weir-rbac-'));
  const kustomization = { resources: [relative(folder, join(BASES, base))], namespace, nameSuffix: suffix, patches };
  try {
    writeFileSync(join(folder, 'kustomization.yaml'), JSON.stringify(kustomization));
    await kubectl(facts, 'apply', '-k', folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

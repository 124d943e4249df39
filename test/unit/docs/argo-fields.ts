/** Every field of Argo's CRDs, by the struct that has it, from the types generated from its Go sources. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const FOLDER = join(import.meta.dirname, '../../../node_modules/@kubernetes-models/argo-rollouts/argoproj.io/v1alpha1');
const KINDS = ['Rollout', 'AnalysisTemplate', 'ClusterAnalysisTemplate', 'AnalysisRun', 'Experiment'];

/** Struct → its fields; the kinds themselves (spec and status) are left out, and texts that have a type of their own. */
export function argoFields(): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, readonly Member[]>();
  const wanted = [...KINDS];
  for (let struct = wanted.pop(); struct !== undefined; struct = wanted.pop()) {
    if (found.has(struct)) continue;
    const members = membersOf(struct);
    found.set(struct, members);
    wanted.push(...members.flatMap(({ type }) => [...type.matchAll(/V1alpha1(\w+)/g)].map(([, name = '']) => name)));
  }
  const named = [...found].filter(([struct, members]) => members.length > 0 && !KINDS.includes(struct));
  return new Map(named.map(([struct, members]) => [struct, members.map(({ name }) => name)]));
}

interface Member {
  readonly name: string;
  readonly type: string;
}

function membersOf(struct: string): readonly Member[] {
  const file = join(FOLDER, `${struct}.d.ts`);
  if (!existsSync(file)) return [];
  const [, body = ''] =
    new RegExp(`export declare class ${struct} [^{]*\\{([\\s\\S]*?)\\n\\}`).exec(readFileSync(file, 'utf8')) ?? [];
  return [...body.matchAll(/^ {4}"(\w+)"\??: (.*)$/gm)].map(([, name = '', type = '']) => ({ name, type }));
}

/** Alerts that name no rollout by Weir's own labels are led to one by the team's rules. */
import type { Alert } from './alert.ts';
import type { AlertMapping } from './policy.ts';

/** The labels by which the first fitting rule names a rollout; undefined where none fits, or a label it needs is missing. */
export function mappedLabels({ labels }: Alert, mapping: readonly AlertMapping[]): Alert['labels'] | undefined {
  for (const rule of mapping) {
    const name = Object.entries(rule.match).every(([label, value]) => fits(value, labels[label] ?? ''))
      ? filledIn(rule.rollout, labels)
      : undefined;
    if (name !== undefined) return { ...labels, ...named(name) };
  }
  return undefined;
}

function fits(pattern: string, value: string): boolean {
  return pattern.endsWith('*') ? value.startsWith(pattern.slice(0, -1)) : pattern === value;
}

function filledIn(template: string, labels: Alert['labels']): string | undefined {
  const missing = [...template.matchAll(/\{\{\s*(\w+)\s*\}\}/g)].some(([, label = '']) => (labels[label] ?? '') === '');
  return missing ? undefined : template.replaceAll(/\{\{\s*(\w+)\s*\}\}/g, (_, label: string) => labels[label] ?? '');
}

function named(name: string): Alert['labels'] {
  const [rollout = '', namespace, cluster] = name.split('/').toReversed();
  return {
    rollout,
    ...(namespace === undefined ? {} : { namespace }),
    ...(cluster === undefined ? {} : { cluster }),
  };
}

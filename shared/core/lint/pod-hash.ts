/** Does a query measure canary and stable together? */
import type { Rollout } from '../resources/argo.ts';
import { analysesOf, type AnalysisUse } from './analyses-of.ts';
import { isRollout, isTemplate } from './manifest.ts';
import type { QuerySelector } from './readers.ts';
import type { Subject } from './rule.ts';
import { argumentOf, tokensIn } from './tokens.ts';
import { usesTemplate } from './uses-template.ts';

/**
 * One matcher on something that only one version has is enough: a label named after the version (the pod hash, or one that
 * canaryMetadata sets), or a value with an argument that is.
 */
export function mixesVersions(selectors: readonly QuerySelector[], subject: Subject): boolean {
  const users = usersOf(subject);
  if (users.length > 0 && users.every(({ use }) => hasOneVersion(use))) return false;
  const labels = new Set(users.flatMap(({ rollout }) => versionLabels(rollout)));
  const args = new Set(users.flatMap(({ rollout, use }) => versionArguments(rollout, use)));
  return !selectors
    .flatMap(({ matchers }) => matchers)
    .some(({ label, value }) => {
      const named = tokensIn(value).flatMap((token) => argumentOf(token) ?? []);
      return isVersionWord(label) || labels.has(label) || isVersionWord(value) || named.some((name) => args.has(name));
    });
}

function isVersionWord(text: string): boolean {
  return /hash|canary|stable|preview|revision|version|variant|\btrack\b|\brole\b/i.test(text);
}

interface User {
  readonly rollout: Rollout;
  readonly use: AnalysisUse;
}

/** Who uses the template at hand, among the given Rollouts. */
function usersOf(subject: Subject): readonly User[] {
  const { object } = subject.manifest;
  if (!isTemplate(object)) return [];
  return subject.all.flatMap((manifest) => {
    const rollout = manifest.object;
    if (!isRollout(rollout)) return [];
    const uses = analysesOf(rollout).filter(({ analysis }) => usesTemplate(analysis, object, { ...subject, manifest }));
    return uses.map((use) => ({ rollout, use }));
  });
}

/** After a blue-green switch there is one version in front of users. */
function hasOneVersion({ path }: AnalysisUse): boolean {
  return path.at(-1) === 'postPromotionAnalysis';
}

/** Labels that the strategy puts on the pods of one version, as metrics carry them. */
function versionLabels({ spec }: Rollout): readonly string[] {
  const { canary, blueGreen } = spec.strategy ?? {};
  const metadata = [
    canary?.canaryMetadata,
    canary?.stableMetadata,
    blueGreen?.previewMetadata,
    blueGreen?.activeMetadata,
  ];
  const names = metadata.flatMap((given) => Object.keys(given?.labels ?? {}));
  return names.flatMap((name) => [name, name.replaceAll(/\W/g, '_')]);
}

/** Arguments that carry the pod hash, or the name of a Service of one version. */
function versionArguments({ spec }: Rollout, { analysis }: AnalysisUse): readonly string[] {
  const { canary, blueGreen } = spec.strategy ?? {};
  const services = [canary?.canaryService, blueGreen?.previewService].filter((name) => (name ?? '') !== '');
  return (analysis.args ?? [])
    .filter(({ value, valueFrom }) => valueFrom?.podTemplateHashValue !== undefined || services.includes(value))
    .map(({ name }) => name);
}

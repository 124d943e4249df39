/**
 * `weir.dev/bake-analysis`: templates that are asked while a release bakes. One run per release, which knows its end
 * itself. The Rollout owns it without controlling it: the clean-up of an engine's own runs passes it by.
 */
import { collectTemplates, type TemplateLookup, type TemplateRef } from '../analysis/collect-templates.ts';
import { runOfRollout, type NewAnalysisRun } from '../analysis/create-run.ts';
import { mergeTemplates } from '../analysis/merge-templates.ts';
import { rolloutArguments, type RolloutArgument } from '../analysis/rollout-arguments.ts';
import { runAnnotations } from '../analysis/run-annotations.ts';
import { InvalidSpecError } from '../errors.ts';
import { isCompleted, type AnalysisRun, type Rollout } from '../resources/argo.ts';
import { POD_TEMPLATE_HASH, ROLLOUT_TYPE } from '../resources/keys.ts';
import { formatTimestamp, parseTimestamp, type Instant } from '../time.ts';

/** Names of AnalysisTemplates, `cluster/NAME` for those of the cluster. */
export const BAKE_ANALYSIS_ANNOTATION = 'weir.dev/bake-analysis';
/** On the run: when it has seen enough. */
export const BAKE_UNTIL_ANNOTATION = 'weir.dev/bake-until';
export const BAKE_TYPE = 'Bake';

/** Runs of earlier releases that are kept to be looked at. */
const KEPT = 5;

export function bakeTemplates({ metadata }: Pick<Rollout, 'metadata'>): readonly TemplateRef[] {
  const words = (metadata.annotations?.[BAKE_ANALYSIS_ANNOTATION] ?? '').split(/[\s,]+/).filter((word) => word !== '');
  return words.map((word) =>
    word.startsWith('cluster/')
      ? { templateName: word.slice('cluster/'.length), clusterScope: true }
      : { templateName: word, clusterScope: false },
  );
}

/** @throws InvalidSpecError when the templates are missing, do not fit together or ask for what nobody gives */
export function bakeRun(rollout: Rollout, lookup: TemplateLookup, until: Instant): NewAnalysisRun {
  const podHash = rollout.status?.currentPodHash ?? '';
  const templates = collectTemplates(bakeTemplates(rollout), lookup);
  const known = [...templates.templates, ...templates.clusterTemplates].flatMap(({ spec }) => spec.args ?? []);
  const fitting = argumentsOf(rollout).filter(({ name }) => known.some((argument) => argument.name === name));
  const { args, error } = rolloutArguments(fitting, { rollout, latestHash: podHash, stableHash: podHash });
  if (error !== undefined) throw new InvalidSpecError(error);
  const spec = mergeTemplates(templates, { args });
  const annotations = { ...runAnnotations(rollout, templates), [BAKE_UNTIL_ANNOTATION]: formatTimestamp(until) };
  const run = runOfRollout({ rollout, purpose: { type: BAKE_TYPE }, podHash, annotations, spec });
  const owners = (run.metadata.ownerReferences ?? []).map(({ apiVersion, kind, name, uid }) => ({
    apiVersion,
    kind,
    name,
    uid,
  }));
  return { ...run, metadata: { ...run.metadata, ownerReferences: owners } };
}

/** What the Rollout gives its own analyses; of a name that comes twice, the first. */
function argumentsOf({ spec }: Rollout): readonly RolloutArgument[] {
  const { canary, blueGreen } = spec.strategy ?? {};
  const given = [
    canary?.analysis,
    ...(canary?.steps ?? []).map(({ analysis }) => analysis),
    blueGreen?.prePromotionAnalysis,
    blueGreen?.postPromotionAnalysis,
  ].flatMap((analysis) => analysis?.args ?? []);
  return given.filter(({ name }, index) => given.findIndex((other) => other.name === name) === index);
}

export function isBakeRun({ metadata }: AnalysisRun): boolean {
  return metadata.labels?.[ROLLOUT_TYPE] === BAKE_TYPE;
}

/** When a run that watches a bake has seen enough; undefined: it is none, or it has ended. */
export function bakeRunEnd(run: AnalysisRun): Instant | undefined {
  if (!isBakeRun(run) || isCompleted(run.status?.phase) || run.spec.terminate === true) return undefined;
  return parseTimestamp(run.metadata.annotations?.[BAKE_UNTIL_ANNOTATION]);
}

export interface BakeLook {
  /** The run of what the Rollout releases now. */
  readonly own: AnalysisRun | undefined;
  /** Those of other versions that still ask. */
  readonly outdated: readonly AnalysisRun[];
  /** Ended ones of other versions, beyond those that are kept. */
  readonly surplus: readonly AnalysisRun[];
}

/** @param name of the run of what is released now */
export function sortBakeRuns(runs: readonly AnalysisRun[], name: string, rollout: Rollout): BakeLook {
  const mine = runs.filter(({ metadata }) => metadata.ownerReferences?.some(({ uid }) => uid === rollout.metadata.uid));
  const others = mine.filter(({ metadata }) => metadata.name !== name);
  const ended = others.filter(({ status }) => isCompleted(status?.phase));
  const hash = rollout.status?.currentPodHash;
  return {
    own: mine.find(({ metadata }) => metadata.name === name),
    outdated: others.filter(
      ({ metadata, status, spec }) =>
        metadata.labels?.[POD_TEMPLATE_HASH] !== hash && !isCompleted(status?.phase) && spec.terminate !== true,
    ),
    surplus: ended.toSorted(newestFirst).slice(KEPT),
  };
}

function newestFirst(a: AnalysisRun, b: AnalysisRun): number {
  const [first = '', second = ''] = [b, a].map(({ metadata }) => metadata.creationTimestamp ?? '');
  return first.localeCompare(second);
}

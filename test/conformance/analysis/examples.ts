/** The verified examples of analysis: what the reference did, as data. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { RolloutArgument } from '#core/analysis/rollout-arguments.ts';
import type { Template } from '#core/analysis/collect-templates.ts';
import type { OwnerSettings } from '#core/analysis/merge-templates.ts';
import type {
  AnalysisRunSpec,
  AnalysisRunStatus,
  Argument,
  DryRunRule,
  Metric,
  RetentionRule,
  Rollout,
} from '#core/resources/argo.ts';
import type { JsonObject, JsonValue } from '#core/json.ts';

/** What the metric source answers once: JSON, a text, or a text with a status. */
export interface Answer {
  readonly json?: JsonValue;
  readonly body?: string;
  readonly status?: number;
}

export interface RecordedRequest {
  readonly key: string;
  readonly method: string;
  /** With its query, as sent. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export type Secrets = Readonly<Record<string, Readonly<Record<string, string>>>>;
type Named<Kind extends string> = { readonly kind: Kind; readonly name: string };

/** The world changes, then the run is reconciled once. `at` counts seconds from 2024-01-01T00:00:00Z. */
export interface RunStep {
  readonly at: number;
  readonly values?: Readonly<Record<string, readonly Answer[]>>;
  readonly terminate?: boolean;
  /** Condition that the Job of a metric gets. */
  readonly job?: Readonly<Record<string, string>>;
  /** Why a container of the metric's Job waits. */
  readonly pod?: Readonly<Record<string, string>>;
  /** Metrics whose Job disappears. */
  readonly dropJob?: readonly string[] | string;
}

export interface StepOutcome {
  readonly at: number;
  readonly status?: JsonObject;
  readonly events?: readonly string[];
  readonly requests?: readonly RecordedRequest[];
  readonly writes?: readonly string[];
  /** Seconds. */
  readonly requeueAfter?: readonly number[];
  readonly jobs?: readonly string[];
  readonly deleted?: boolean;
}

export type RunExample = Named<'run'> & {
  readonly spec: AnalysisRunSpec;
  readonly status?: AnalysisRunStatus;
  readonly secrets?: Secrets;
  readonly steps: readonly RunStep[];
  readonly outcome: readonly StepOutcome[];
};

export type ValueExample = Named<'value'> & {
  readonly metric: Metric;
  readonly response: Answer;
  readonly secrets?: Secrets;
  readonly outcome: {
    readonly measurement?: JsonObject;
    readonly metadata?: Readonly<Record<string, string>>;
    readonly requests?: readonly RecordedRequest[];
    readonly type?: string;
    /** Why the reference could not make the provider. */
    readonly providerError?: string;
  };
};

export type MergeExample = Named<'merge'> &
  OwnerSettings & {
    readonly templates: readonly Template[];
    readonly clusterTemplates: readonly Template[];
    readonly outcome: { readonly spec?: JsonObject; readonly error?: string };
  };

export type ValidateExample = Named<'validate'> & {
  readonly metrics: readonly Metric[];
  readonly dryRun?: readonly DryRunRule[];
  readonly measurementRetention?: readonly RetentionRule[];
  readonly outcome: {
    readonly ok?: boolean;
    readonly error?: string;
    readonly dryRun?: Readonly<Record<string, boolean>>;
    /** By metric: the limit, or the rule that gives it. */
    readonly measurementRetention?: Readonly<Record<string, number | RetentionRule>>;
  };
};

export type ResolveExample = Named<'resolve'> & {
  readonly metric: Metric;
  readonly args: readonly Argument[];
  readonly outcome: { readonly metric?: JsonObject; readonly error?: string };
};

export type RolloutArgsExample = Named<'rolloutArgs'> & {
  readonly rolloutArgs: readonly RolloutArgument[];
  readonly rollout: Rollout;
  readonly stableHash: string;
  readonly latestHash: string;
  readonly outcome: { readonly args?: readonly Argument[] | null; readonly error?: string };
};

export type GcExample = Named<'gc'> & {
  readonly runs: readonly {
    readonly name: string;
    readonly podHash?: string;
    readonly phase: string;
    readonly created: number;
  }[];
  readonly replicaSets: readonly { readonly podHash?: string; readonly deleting?: boolean }[];
  readonly successLimit?: number;
  readonly failLimit?: number;
  readonly outcome: { readonly delete: readonly string[] | null };
};

export type Example =
  | RunExample
  | ValueExample
  | MergeExample
  | ValidateExample
  | ResolveExample
  | RolloutArgsExample
  | GcExample;

const KINDS: ReadonlySet<string> = new Set<Example['kind']>([
  'run',
  'value',
  'merge',
  'validate',
  'resolve',
  'rolloutArgs',
  'gc',
]);

const OWN_EXAMPLES = fileURLToPath(new URL('../data/analysis.examples.json', import.meta.url));

const OTHER_EXAMPLES = process.env['WEIR_ANALYSIS_EXAMPLES'];

export function hasOtherExamples(): boolean {
  return OTHER_EXAMPLES !== undefined;
}

/** The examples of this repository, or those that WEIR_ANALYSIS_EXAMPLES names: a JSON array or one object per line. */
export function loadExamples(path = OTHER_EXAMPLES ?? OWN_EXAMPLES): readonly Example[] {
  if (path.trim() === '') throw new Error('WEIR_ANALYSIS_EXAMPLES is empty: unset it, or name a file of examples');
  const examples = parse(readFileSync(path, 'utf8'));
  if (examples.length === 0) throw new Error(`${path} holds no examples`);
  const unknown = examples.find(({ kind }) => !KINDS.has(kind));
  if (unknown !== undefined)
    throw new Error(`${path}: example "${unknown.name}" is of the unknown kind ${unknown.kind}`);
  return examples;
}

function parse(text: string): readonly Example[] {
  if (text.trimStart().startsWith('[')) return JSON.parse(text) as readonly Example[];
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return lines.map((line) => JSON.parse(line) as Example);
}

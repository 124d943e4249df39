/** A template test as data: what is tested, what the metrics answer, and what must come of it when. */
import type { SecretLookup } from '../analysis/secrets.ts';
import type { TemplateRef } from '../analysis/collect-templates.ts';
import { InvalidSpecError } from '../errors.ts';
import type { JsonObject, JsonValue } from '../json.ts';
import type {
  AnalysisTemplate,
  Argument,
  ClusterAnalysisTemplate,
  DryRunRule,
  Phase,
  RetentionRule,
  Rollout,
} from '../resources/argo.ts';
import type { Service } from '../resources/kubernetes.ts';
import type { Millis } from '../time.ts';

/** The manifests that a test may name. */
export interface Manifests {
  readonly templates: readonly AnalysisTemplate[];
  readonly clusterTemplates: readonly ClusterAnalysisTemplate[];
  readonly rollouts: readonly Rollout[];
  readonly services: readonly Service[];
}

/** What a metric system answers. In values NaN and infinities are numbers too. */
export type Answer =
  | { readonly kind: 'value'; readonly value: JsonValue }
  | { readonly kind: 'empty' }
  | { readonly kind: 'error'; readonly message: string }
  | { readonly kind: 'verdict'; readonly phase: Phase };

/** One entry answers `times` measurements; the last one all that follow. Never empty. */
export type Series = readonly { readonly answer: Answer; readonly times: number }[];

export interface AnalysisSubject {
  readonly kind: 'analysis';
  readonly templates: readonly TemplateRef[];
  readonly args: readonly Argument[];
  readonly dryRun: readonly DryRunRule[];
  readonly measurementRetention: readonly RetentionRule[];
}

export interface RolloutSubject {
  readonly kind: 'rollout';
  /** May be left out where the manifests hold one Rollout. */
  readonly name?: string;
  /** Released at 0 s, after the manifest itself has been rolled out; without it the first rollout is what is tested. */
  readonly update?: { readonly image: string; readonly container?: string };
  /** How long a pod takes to be ready; undefined: it never is. */
  readonly readyAfter: Millis | undefined;
}

export const ORDERS = ['promote', 'promote-full', 'skip-step', 'abort', 'retry', 'pause'] as const;

/** What a person does in the middle of a release. */
export interface Order {
  readonly at: Millis;
  readonly verb: (typeof ORDERS)[number];
}

/** All times count from the start of the run or of the release. */
export type Moment =
  /** The end of that second. */
  | { readonly kind: 'at'; readonly at: Millis }
  /** It comes true then, not earlier. */
  | { readonly kind: 'between'; readonly from: Millis; readonly to: Millis }
  /** When nothing more will happen by itself. */
  | { readonly kind: 'end' };

export interface Expectation {
  readonly when: Moment;
  /** The part of the facts (facts.ts) that is expected. */
  readonly state: JsonObject;
}

export interface ExpectedQuery {
  readonly text: string;
  /** Otherwise the text is somewhere in the query; spaces and line ends do not count either way. */
  readonly whole: boolean;
}

export interface TestCase {
  readonly name: string;
  readonly subject: AnalysisSubject | RolloutSubject;
  /** By metric. */
  readonly results: ReadonlyMap<string, Series>;
  readonly queries: ReadonlyMap<string, ExpectedQuery>;
  readonly secrets: SecretLookup;
  readonly orders: readonly Order[];
  readonly expectations: readonly Expectation[];
}

/** Where in a test something stands: `['results', 'success-rate']`. */
export type CasePath = readonly (string | number)[];

/** The test itself is wrong, not what it tests. */
export class CaseProblem extends InvalidSpecError {
  readonly path: CasePath;
  constructor(path: CasePath, message: string, options?: ErrorOptions) {
    super(message, options);
    this.path = path;
  }
}

/**
 * The step's value; what Argo Rollouts would refuse is a problem at this place of the test.
 * @param hint what to do about it
 */
export function blamedOn<T>(path: CasePath, hint: string, step: () => T): T {
  try {
    return step();
  } catch (error) {
    if (!(error instanceof InvalidSpecError) || error instanceof CaseProblem) throw error;
    throw new CaseProblem(path, `${error.message}; ${hint}`, { cause: error });
  }
}

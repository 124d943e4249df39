/** What a rule is. Each is a small pure function; `rules.ts` lists them all. */
import type { Rollout } from '../resources/argo.ts';
import type { Problem, Severity } from './finding.ts';
import { isRollout, type Manifest } from './manifest.ts';
import { metricsOf, type MetricUse } from './metrics-of.ts';
import type { Readers } from './readers.ts';

/** What the documentation shows. */
export interface RuleText {
  readonly id: string;
  readonly severity: Severity;
  /** What is told. */
  readonly tells: string;
  /** What happens to those who do not listen. */
  readonly because: string;
}

export interface Rule extends RuleText {
  /** It needs no more of an object than that it is one. */
  readonly looksAtShape?: true;
  readonly find: (subject: Subject) => readonly Problem[];
}

/** One Argo manifest, the set that it is in, and those who can read what core cannot. */
export interface Subject {
  readonly manifest: Manifest;
  readonly all: readonly Manifest[];
  readonly readers: Readers;
}

/** Looks at each metric of templates and runs. */
export function inMetrics(find: (use: MetricUse, subject: Subject) => readonly Problem[]): Rule['find'] {
  return (subject) => metricsOf(subject.manifest.object).flatMap((use) => find(use, subject));
}

/** Looks at Rollouts. */
export function inRollouts(find: (rollout: Rollout, subject: Subject) => readonly Problem[]): Rule['find'] {
  return (subject) => {
    const { object } = subject.manifest;
    return isRollout(object) ? find(object, subject) : [];
  };
}

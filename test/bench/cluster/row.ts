/** One row of the table: a piece of work that each contender does, and what it cost. */
import type { ControlPlaneFacts } from '../../cluster/support/control-plane.ts';
import type { Contender } from './contenders.ts';
import type { MetricsSource } from './metrics-source.ts';

export interface Stage {
  readonly facts: ControlPlaneFacts;
  readonly source: MetricsSource;
  readonly contender: Contender;
  /** 1: as the table says; 0.1: a tenth of the objects. */
  readonly scale: number;
}

export interface Figure {
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  /** What it should be at most; absent: told for what it is. */
  readonly aim?: number;
}

export interface Row {
  /** A word for the command line. */
  readonly name: string;
  readonly work: string;
  /** Further contenders than the usual. */
  readonly against?: readonly Contender[];
  measure(stage: Stage): Promise<readonly Figure[]>;
}

/** At least one. */
export function scaled(count: number, { scale }: Pick<Stage, 'scale'>): number {
  return Math.max(1, Math.round(count * scale));
}

export function names(prefix: string, count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}-${index}`);
}

/** What a provider saw. Providers read; only assessRun judges. */
import type { MeasuredValue } from '../expr/measured-value.ts';
import type { AnalysisRun, Measurement, Metric, Phase } from '../resources/argo.ts';
import type { Instant } from '../time.ts';

export type Reading =
  /** A value for the conditions. `text` is what the measurement's `value` shows. */
  | {
      readonly kind: 'value';
      readonly value: MeasuredValue;
      readonly text: string;
      readonly metadata?: Readonly<Record<string, string>>;
    }
  /** A provider that judges by itself (job, kayenta): conditions are not asked. */
  | {
      readonly kind: 'verdict';
      readonly phase: Phase;
      readonly text?: string;
      readonly message?: string;
      readonly metadata?: Readonly<Record<string, string>>;
    }
  /** Not finished: ask again at `resumeAt` with the metadata. */
  | {
      readonly kind: 'pending';
      readonly resumeAt: Instant;
      readonly metadata: Readonly<Record<string, string>>;
      /** What it waits for. */
      readonly message?: string;
    }
  | {
      readonly kind: 'error';
      /** Given where the metric is wrong as it is written: no provider could measure it. */
      readonly fault?: 'manifest';
      readonly message: string;
      readonly text?: string;
      readonly metadata?: Readonly<Record<string, string>>;
    };

/** One measurement that is due: what planMeasurements asks for and a provider answers. */
export interface MeasurementTask {
  readonly operation: 'run' | 'resume' | 'terminate';
  readonly run: AnalysisRun;
  /** The metric with its arguments filled in, secrets included: never log or store it. */
  readonly metric: Metric;
  /** The measurement in flight, for resume and terminate. */
  readonly measurement?: Measurement;
  readonly now: Instant;
  /** What must be known before this measurement is taken. */
  readonly requests?: RequestsNeeded;
  /** The same metric asked about the stable version: shown beside it, never judged. */
  readonly stable?: Metric;
}

/** Below `min` nothing is judged. `query` is complete, secrets included. */
export interface RequestsNeeded {
  readonly min: number;
  readonly query: string;
}

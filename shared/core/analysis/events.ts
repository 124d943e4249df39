/** Kubernetes Events on the run. analysis §12. */
import type { EventNote } from '../decision.ts';
import type { MetricResult } from '../resources/argo.ts';

export function metricCompleted({ name, phase }: MetricResult): EventNote {
  return { type: typeOf(phase), reason: `Metric${phase}`, message: `Metric '${name}' Completed. Result: ${phase}` };
}

export function runCompleted(phase: string): EventNote {
  return { type: typeOf(phase), reason: `AnalysisRun${phase}`, message: `Analysis Completed. Result: ${phase}` };
}

function typeOf(phase: string): EventNote['type'] {
  return phase === 'Failed' || phase === 'Error' ? 'Warning' : 'Normal';
}

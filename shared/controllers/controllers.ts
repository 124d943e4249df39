/** The controller of each kind. */
import type { Instant } from '#core/time.ts';
import type { Claim, ObjectKey, Ports } from '../ports.ts';
import { analysisRunController } from './analysis-run.ts';
import { experimentController } from './experiment.ts';
import { lentController } from './left-behind.ts';
import { reconcile } from './reconcile.ts';
import { rolloutController } from './rollout.ts';

type Pass = (claim: Claim, ports: Ports) => Promise<Instant | undefined>;

export function controllerFor(kind: ObjectKey['kind']): Pass {
  switch (kind) {
    case 'Rollout':
      return (claim, ports) => reconcile(rolloutController, claim, ports);
    case 'AnalysisRun':
      return (claim, ports) => reconcile(analysisRunController, claim, ports);
    case 'Service':
    case 'Ingress':
    case 'DestinationRule':
      return (claim, ports) => reconcile(lentController(kind), claim, ports);
    case 'Experiment':
      return (claim, ports) => reconcile(experimentController, claim, ports);
  }
}

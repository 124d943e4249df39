/** Reconcile as Lambda runs it: a batch of work messages from SQS, side by side, with partial batch failures. */
import { batchFunction, type LambdaPorts } from '#shared/lambda.ts';
import type { PassOptions } from '#shared/controllers/pass.ts';
import type { Ports } from '#shared/ports.ts';
import { createReconcileHandler } from './handler.ts';

export function reconcileFunction(ports: Ports & LambdaPorts, options?: PassOptions) {
  return batchFunction({ name: 'reconcile', handle: createReconcileHandler(ports, options) }, ports);
}

/** Orders as Lambda runs them: a batch from SQS, one after the other, with partial batch failures. */
import { batchFunction, type LambdaPorts } from '#shared/lambda.ts';
import type { Ports } from '#shared/ports.ts';
import { createOrdersHandler, type OrdersOptions } from './handler.ts';

export function ordersFunction(ports: Ports & LambdaPorts, options?: OrdersOptions) {
  return batchFunction({ name: 'orders', handle: createOrdersHandler(ports, options), inOrder: true }, ports);
}

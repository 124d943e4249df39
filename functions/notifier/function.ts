/** The notifier as Lambda runs it: the bus delivers into a queue, and from it comes a batch of its events. */
import { batchFunction, type LambdaPorts } from '#shared/lambda.ts';
import { createNotifierHandler, type NotifierPorts } from './handler.ts';
import { parseBusEvent } from './schema.ts';

export function notifierFunction(ports: NotifierPorts & LambdaPorts) {
  const notify = createNotifierHandler(ports);
  return batchFunction({ name: 'notifier', handle: ({ body }) => notify(parseBusEvent(body)), inOrder: true }, ports);
}

/** The notifier as Lambda runs it: one EventBridge event per transition. */
import type { EventBridgeEvent } from 'aws-lambda';
import { lambdaFunction, type LambdaPorts } from '#shared/lambda.ts';
import { createNotifierHandler, type NotifierPorts } from './handler.ts';

export function notifierFunction(ports: NotifierPorts & LambdaPorts) {
  const notify = createNotifierHandler(ports);
  return lambdaFunction(
    { name: 'notifier', handle: (event: Pick<EventBridgeEvent<string, unknown>, 'detail'>) => notify(event) },
    ports,
  );
}

/** The tick as Lambda runs it: an EventBridge schedule, every minute. */
import type { ScheduledEvent } from 'aws-lambda';
import { lambdaFunction, type LambdaPorts } from '#shared/lambda.ts';
import { createTickHandler, type TickOptions, type TickPorts } from './handler.ts';

export function tickFunction(ports: TickPorts & LambdaPorts, options?: TickOptions) {
  const tick = createTickHandler(ports, options);
  return lambdaFunction({ name: 'tick', handle: (_event: Pick<ScheduledEvent, 'id'>) => tick() }, ports);
}

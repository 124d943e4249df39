/** Alertmanager's webhook as Lambda runs it: an HTTP event of API Gateway or a function URL. */
import { httpFunction, type LambdaPorts } from '#shared/lambda.ts';
import { createAlertmanagerHandler, type AlertmanagerPorts } from './handler.ts';

export function alertmanagerFunction(ports: AlertmanagerPorts & LambdaPorts) {
  return httpFunction({ name: 'alertmanager', handle: createAlertmanagerHandler(ports) }, ports);
}

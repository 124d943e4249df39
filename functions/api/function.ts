/** The JSON API as Lambda runs it: an HTTP event of API Gateway or a function URL. */
import { httpFunction, type LambdaPorts } from '#shared/lambda.ts';
import { createApiHandler, type ApiPorts } from './handler.ts';

export function apiFunction(ports: ApiPorts & LambdaPorts) {
  return httpFunction({ name: 'api', handle: createApiHandler(ports) }, ports);
}

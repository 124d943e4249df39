/** Slack's slash commands as Lambda runs them: an HTTP event of API Gateway or a function URL. */
import { httpFunction, type LambdaPorts } from '#shared/lambda.ts';
import { createSlackHandler, type SlackPorts } from './handler.ts';

export function slackFunction(ports: SlackPorts & LambdaPorts) {
  return httpFunction({ name: 'slack', handle: createSlackHandler(ports) }, ports);
}

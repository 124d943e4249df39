/** The HTTP API: one address, a path per function. No throttle stands before it (docs/decisions/010). */
import { CfnStage, HttpApi, HttpMethod } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { RemovalPolicy } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import type { FunctionName } from '#shared/aws/environment.ts';
import type { WeirConfig } from '#shared/config.ts';
import type { WeirFunction } from './function.ts';
import type { Lifetime } from './storage.ts';

const { GET, POST } = HttpMethod;

const ROUTES: readonly { readonly name: FunctionName; readonly path: string; readonly methods: HttpMethod[] }[] = [
  { name: 'alertmanager', path: '/alertmanager', methods: [POST] },
  { name: 'slack', path: '/slack', methods: [POST] },
  { name: 'admission', path: '/admission/{cluster}/{key}', methods: [POST] },
  { name: 'api', path: '/api/{proxy+}', methods: [GET, POST] },
];

/** The route, never the path: the admission webhook's has a secret in it. */
const ACCESS_LOG = {
  requestId: '$context.requestId',
  time: '$context.requestTimeEpoch',
  ip: '$context.identity.sourceIp',
  route: '$context.routeKey',
  status: '$context.status',
  ms: '$context.responseLatency',
  error: '$context.integrationErrorMessage',
};

export function createEntrances(
  scope: Construct,
  functions: ReadonlyMap<FunctionName, WeirFunction>,
  { aws, ephemeral }: Lifetime & Pick<WeirConfig, 'aws'>,
): HttpApi {
  const api = new HttpApi(scope, 'Entrances', { description: 'Weir: webhooks and the JSON API' });
  for (const { name, path, methods } of ROUTES) {
    const weir = functions.get(name);
    if (weir === undefined) throw new Error(`no function ${name}`);
    const integration = new HttpLambdaIntegration(`${name}Integration`, weir.lambda);
    api.addRoutes({ path, methods, integration });
  }
  const logs = new LogGroup(scope, 'AccessLogs', {
    retention: aws.logRetentionDays,
    removalPolicy: ephemeral ? RemovalPolicy.DESTROY : RemovalPolicy.RETAIN,
  });
  const stage = api.defaultStage?.node.defaultChild as CfnStage;
  stage.accessLogSettings = { destinationArn: logs.logGroupArn, format: JSON.stringify(ACCESS_LOG) };
  return api;
}

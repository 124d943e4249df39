/** What cdk-nag finds and is meant so, each with its reason, at the construct that it is about. */
import { CfnRoute } from 'aws-cdk-lib/aws-apigatewayv2';
import { CfnSecret } from 'aws-cdk-lib/aws-secretsmanager';
import { CfnResource, Stack, Validations } from 'aws-cdk-lib/core';
import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import type { Construct } from 'constructs';
import type { WeirFunction } from './function.ts';
import { TABLE_ACCESS } from './names.ts';

function acknowledge(scope: Construct, rule: string, reason: string): void {
  Validations.of(scope).acknowledge({ id: `AwsSolutions::AwsSolutions-${rule}`, reason });
}

/** Each route checks its callers itself: their proofs are none that API Gateway could check. */
const PROOFS: Readonly<Record<string, string>> = {
  alertmanager: 'Alertmanager proves itself by a bearer token, which the function compares in constant time.',
  slack: 'Slack signs the raw body (v0 signature); no authorizer is given the body, so the function checks it.',
  admission: 'The API server can send no credentials: the path has an unguessable key per cluster.',
  api: 'Callers prove themselves by a bearer token of their own, which the function checks and writes into the audit trail.',
};

export function acknowledgeFindings(stack: Stack, functions: Iterable<WeirFunction>, table: TableV2): void {
  for (const child of stack.node.findAll()) {
    if (child instanceof CfnSecret) {
      const reason =
        'Replaced by a person where its other half is (Slack, Alertmanager); the version before stays valid.';
      acknowledge(child, 'SMG4', reason);
    }
    if (child instanceof CfnRoute) {
      const [, name = ''] = /^\w+ \/(\w+)/.exec(child.routeKey) ?? [];
      acknowledge(child, 'APIG4', PROOFS[name] ?? '');
    }
  }
  const tableId = stack.getLogicalId(table.node.defaultChild as CfnResource);
  for (const weir of functions) acknowledgeRights(weir, tableId);
}

function acknowledgeRights(weir: WeirFunction, tableId: string): void {
  if (TABLE_ACCESS[weir.name].some(({ keys }) => keys === undefined)) {
    const reason = 'All indexes of the one table: queries are what they are for.';
    acknowledge(weir.role, `IAM5[Resource::<${tableId}.Arn>/index/*]`, reason);
  }
  if (weir.name === 'reconcile') {
    const reason =
      'cloudwatch:GetMetricData, for the metric provider cloudWatch, and the reads of load balancers know no resources.';
    acknowledge(weir.role, 'IAM5[Resource::*]', reason);
  }
  const policy = 'Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole';
  acknowledge(weir.role, `IAM4[${policy}]`, 'What Lambda asks for to attach a function to a network.');
}

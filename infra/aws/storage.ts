/** What the stack keeps: the table, and the secrets. */
import { AttributeType, Billing, TableV2, type Attribute } from 'aws-cdk-lib/aws-dynamodb';
import { Secret, type ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { RemovalPolicy } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { INDEXES, KEY, TTL_ATTRIBUTE, type IndexDefinition } from '#shared/dynamodb/definition.ts';

export interface Lifetime {
  /** For tests only: nothing is protected, and everything goes with the stack. */
  readonly ephemeral: boolean;
}

const TYPES = { S: AttributeType.STRING, N: AttributeType.NUMBER };

function attribute({ name, type }: IndexDefinition['partition'] | IndexDefinition['sort']): Attribute {
  return { name, type: TYPES[type] };
}

export function createTable(scope: Construct, { ephemeral }: Lifetime): TableV2 {
  return new TableV2(scope, 'Table', {
    partitionKey: attribute(KEY.partition),
    sortKey: attribute(KEY.sort),
    globalSecondaryIndexes: Object.entries<IndexDefinition>(INDEXES).map(([indexName, { partition, sort }]) => ({
      indexName,
      partitionKey: attribute(partition),
      sortKey: attribute(sort),
    })),
    billing: Billing.onDemand(),
    timeToLiveAttribute: TTL_ATTRIBUTE,
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: !ephemeral },
    deletionProtection: !ephemeral,
    removalPolicy: ephemeral ? RemovalPolicy.DESTROY : RemovalPolicy.RETAIN,
  });
}

export type SecretName =
  | 'alertmanagerSecret'
  | 'slackSigningSecret'
  | 'slackTokenSecret'
  | 'apiSecret'
  | 'admissionSecret'
  | 'rollbackSecret';

const SECRETS: Readonly<
  Record<SecretName, { readonly id: string; readonly description: string; readonly key?: string }>
> = {
  alertmanagerSecret: {
    id: 'AlertmanagerToken',
    description: 'Bearer token that Alertmanager sends; the version before is valid too',
  },
  slackSigningSecret: {
    id: 'SlackSigningSecret',
    description: "Signing secret of the Slack app: put Slack's own in place of this random one",
  },
  slackTokenSecret: {
    id: 'SlackToken',
    description: "Bot token of the Slack app (xoxb-…): put Slack's own in place of this random one",
  },
  apiSecret: { id: 'ApiTokens', description: 'Tokens of the API: {"name": "token"}', key: 'cli' },
  admissionSecret: {
    id: 'AdmissionSecret',
    description: 'What the paths of the admission webhook are made of, one per cluster',
  },
  rollbackSecret: { id: 'RollbackSecret', description: 'Signs what `rollback.webhook` of weir.yaml is sent' },
};

export function createSecrets(scope: Construct, { ephemeral }: Lifetime): Readonly<Record<SecretName, ISecret>> {
  const made = Object.entries(SECRETS).map(([name, { id, description, key }]) => {
    const random = { passwordLength: 40, excludePunctuation: true };
    const generateSecretString =
      key === undefined ? random : { ...random, secretStringTemplate: '{}', generateStringKey: key };
    const removalPolicy = ephemeral ? RemovalPolicy.DESTROY : RemovalPolicy.RETAIN;
    return [name, new Secret(scope, id, { description, generateSecretString, removalPolicy })] as const;
  });
  return Object.fromEntries(made) as unknown as Readonly<Record<SecretName, ISecret>>;
}

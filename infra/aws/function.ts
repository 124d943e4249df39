/** One Lambda function with a role of its own. */
import { Architecture, Function as LambdaFunction, Runtime, type Code } from 'aws-cdk-lib/aws-lambda';
import { SecurityGroup, Subnet, Vpc, type ISecurityGroup, type ISubnet, type IVpc } from 'aws-cdk-lib/aws-ec2';
import { Effect, ManagedPolicy, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Aws, Duration, RemovalPolicy } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { FunctionName } from '#shared/aws/environment.ts';
import { FUNCTION_TIMEOUT } from '#shared/aws/limits.ts';
import type { WeirConfig } from '#shared/config.ts';
import type { Lifetime } from './storage.ts';

/** The network that the functions run in, when they must. */
export interface Network {
  readonly vpc: IVpc;
  readonly vpcSubnets: { readonly subnets: ISubnet[] };
  readonly securityGroups: ISecurityGroup[];
}

export interface WeirFunctionProps extends Lifetime {
  readonly name: FunctionName;
  readonly code: Code;
  readonly environment: Readonly<Record<string, string>>;
  readonly aws: WeirConfig['aws'];
  readonly network: Network | undefined;
}

/** CPU comes with memory: with less, cold starts take longer than they cost. */
const MEMORY_MB = 512;

export class WeirFunction extends Construct {
  readonly name: FunctionName;
  readonly lambda: LambdaFunction;
  readonly role: Role;
  readonly logGroup: LogGroup;

  constructor(scope: Construct, id: string, { name, code, environment, aws, network, ephemeral }: WeirFunctionProps) {
    super(scope, id);
    this.name = name;
    this.logGroup = new LogGroup(this, 'Logs', {
      retention: aws.logRetentionDays,
      removalPolicy: ephemeral ? RemovalPolicy.DESTROY : RemovalPolicy.RETAIN,
    });
    this.role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    this.logGroup.grantWrite(this.role);
    if (network !== undefined) this.#allowNetwork();
    this.lambda = new LambdaFunction(this, 'Function', {
      description: `Weir: ${name}`,
      code,
      handler: 'index.handler',
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      memorySize: MEMORY_MB,
      timeout: Duration.millis(FUNCTION_TIMEOUT),
      role: this.role,
      logGroup: this.logGroup,
      environment: { ...environment },
      ...network,
    });
  }

  allow(actions: readonly string[], resources: readonly string[], conditions: Record<string, object> = {}): void {
    this.role.addToPolicy(
      new PolicyStatement({ effect: Effect.ALLOW, actions: [...actions], resources: [...resources], conditions }),
    );
  }

  /** What Lambda asks for to attach a function to a network; it cannot be bounded further. */
  #allowNetwork(): void {
    const policy = 'service-role/AWSLambdaVPCAccessExecutionRole';
    this.role.addManagedPolicy(ManagedPolicy.fromAwsManagedPolicyName(policy));
  }
}

export function networkOf(scope: Construct, { vpc }: WeirConfig['aws']): Network | undefined {
  if (vpc === undefined) return undefined;
  const { id, subnets, availabilityZones, securityGroups } = vpc;
  return {
    vpc: Vpc.fromVpcAttributes(scope, 'Vpc', { vpcId: id, availabilityZones, region: Aws.REGION }),
    vpcSubnets: { subnets: subnets.map((subnet) => Subnet.fromSubnetId(scope, subnet, subnet)) },
    securityGroups: securityGroups.map((group) =>
      SecurityGroup.fromSecurityGroupId(scope, group, group, { mutable: false }),
    ),
  };
}

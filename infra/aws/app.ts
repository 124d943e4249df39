/** `npx cdk deploy`: the stack from `weir.yaml`, or from the file that `--context config=FILE` names. */
import { join } from 'node:path';
import { App, Validations } from 'aws-cdk-lib/core';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { AwsSolutionsChecks } from 'cdk-nag';
import type { DeployedConfig } from '#shared/aws/config.ts';
import { NEEDS, type FunctionName } from '#shared/aws/environment.ts';
import { messageOf } from '#core/errors.ts';
import { bundle } from './bundle.ts';
import { loadStackConfig } from './config.ts';
import { WeirStack } from './stack.ts';

try {
  const app = new App();
  const deployed = loadStackConfig(String(app.node.tryGetContext('config') ?? 'weir.yaml'));
  const folders = await bundleAll(deployed, join(app.outdir, '.bundles'));
  new WeirStack(app, String(app.node.tryGetContext('stack') ?? 'Weir'), {
    ...deployed,
    ephemeral: isTrue(app.node.tryGetContext('ephemeral')),
    code: (name) => Code.fromAsset(folders[name]),
    env: {
      ...given('account', process.env['CDK_DEFAULT_ACCOUNT']),
      ...given('region', process.env['CDK_DEFAULT_REGION']),
    },
  });
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  app.synth();
} catch (error) {
  process.stderr.write(`${messageOf(error)}\n`);
  process.exitCode = 1;
}

async function bundleAll(deployed: DeployedConfig, parent: string): Promise<Record<FunctionName, string>> {
  const names = Object.keys(NEEDS) as FunctionName[];
  const folders = names.map(async (name) => [name, (await bundle(name, deployed, parent)).folder] as const);
  return Object.fromEntries(await Promise.all(folders)) as Record<FunctionName, string>;
}

function isTrue(value: unknown): boolean {
  return value === true || value === 'true';
}

function given<Name extends string>(name: Name, value: string | undefined) {
  return (value === undefined ? {} : { [name]: value }) as { readonly [Key in Name]?: string };
}

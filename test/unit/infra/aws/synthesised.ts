/** The stack as CloudFormation would get it, without bundling: what tests look at is resources, not code. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Template } from 'aws-cdk-lib/assertions';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { App, Validations } from 'aws-cdk-lib/core';
import { AwsSolutionsChecks } from 'cdk-nag';
import { parseStackConfig } from '../../../../infra/aws/config.ts';
import { WeirStack } from '../../../../infra/aws/stack.ts';

const { context } = JSON.parse(readFileSync('cdk.json', 'utf8')) as { context: Record<string, unknown> };

export interface Finding {
  readonly rule: string;
  readonly at: string;
}

export interface Synthesised {
  readonly template: Template;
  /** Of cdk-nag, those acknowledged apart. */
  readonly findings: readonly Finding[];
}

/** @param config content of a weir.yaml */
export function synthesise(config: object, { ephemeral = false }: { ephemeral?: boolean } = {}): Synthesised {
  const outdir = mkdtempSync(join(tmpdir(), 'weir-synth-'));
  try {
    const app = new App({ context, outdir });
    const parsed = parseStackConfig(JSON.stringify(config), 'weir.yaml');
    const code = Code.fromAsset('functions/tick');
    const stack = new WeirStack(app, 'Weir', { config: parsed.config, version: 'v1', ephemeral, code: () => code });
    Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
    // Told in the report, and by the tests; not on their terminal.
    const template = quietly(() => Template.fromStack(stack));
    return { template, findings: findingsIn(outdir) };
  } finally {
    process.exitCode = 0;
    rmSync(outdir, { recursive: true });
  }
}

function quietly<T>(work: () => T): T {
  const write = process.stderr.write.bind(process.stderr);
  process.stderr.write = () => true;
  try {
    return work();
  } finally {
    process.stderr.write = write;
  }
}

interface Report {
  readonly pluginReports: readonly {
    readonly violations: readonly {
      readonly ruleName: string;
      readonly violatingConstructs: readonly { readonly constructPath?: string }[];
    }[];
  }[];
}

function findingsIn(outdir: string): readonly Finding[] {
  const report = JSON.parse(readFileSync(join(outdir, 'validation-report.json'), 'utf8')) as Report;
  const violations = report.pluginReports.flatMap((plugin) => plugin.violations);
  return violations.flatMap(({ ruleName, violatingConstructs }) =>
    violatingConstructs.map(({ constructPath = '' }) => ({ rule: ruleName, at: constructPath })),
  );
}

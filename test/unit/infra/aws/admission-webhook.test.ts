import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

interface Webhook {
  readonly rules: readonly { readonly resources: readonly string[]; readonly operations: readonly string[] }[];
  readonly failurePolicy: string;
  readonly sideEffects: string;
  readonly timeoutSeconds: number;
  readonly clientConfig: { readonly url: string };
}

const { webhooks } = parse(readFileSync('infra/cluster/admission/webhook.yaml', 'utf8')) as {
  webhooks: readonly Webhook[];
};

describe('given the registration of the admission webhook', () => {
  it('then it fails open, and a dry run changes nothing', () => {
    expect(webhooks).toMatchObject([{ failurePolicy: 'Ignore', sideEffects: 'NoneOnDryRun', timeoutSeconds: 5 }]);
  });

  it('then it sees Rollouts and templates as they are applied: no status, no AnalysisRuns, no deletion', () => {
    const [rule] = webhooks[0]?.rules ?? [];
    expect(rule?.resources).toEqual(['rollouts', 'analysistemplates', 'clusteranalysistemplates']);
    expect(rule?.operations).toEqual(['CREATE', 'UPDATE']);
  });

  it('then its path is one that the function understands', () => {
    expect(new URL(webhooks[0]?.clientConfig.url ?? '').pathname).toMatch(/^\/admission\/[^/]+\/[^/]+$/);
  });
});

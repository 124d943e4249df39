import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkConfig } from '#shared/config.ts';
import { plugIn } from '#shared/aws.ts';
import { NEEDS, VARIABLES, type FunctionName } from '#shared/aws/environment.ts';

const CLUSTERS = [{ name: 'prod', eks: { name: 'prod' } }];

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'weir-plug-in-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function start(name: FunctionName, config: object, without: readonly string[] = []) {
  const deployed = { version: 'abc', config: checkConfig(config, 'weir.yaml') };
  writeFileSync(join(folder, 'weir.json'), JSON.stringify(deployed));
  const given = NEEDS[name].map((setting) => VARIABLES[setting]).filter((variable) => !without.includes(variable));
  const environment = Object.fromEntries(given.map((variable) => [variable, 'x']));
  return plugIn(name, { ...environment, LAMBDA_TASK_ROOT: folder, AWS_REGION: 'eu-west-1' });
}

describe('given a function that starts on AWS', () => {
  it.each(Object.keys(NEEDS) as FunctionName[])(
    'when %s has what it needs, then it starts, and asks nobody yet',
    (name) => {
      const { ports, config } = start(name, { clusters: CLUSTERS });
      expect([...ports.sites.keys()]).toEqual(['prod']);
      expect(config.aws.watchSeconds).toBe(1);
    },
  );

  it('when its environment lacks something, then it does not start, and names everything that is missing', () => {
    expect(() => start('tick', { clusters: CLUSTERS }, ['WEIR_TABLE', 'WEIR_BUS'])).toThrow(/WEIR_TABLE, WEIR_BUS/);
  });

  it('when a cluster can only be entered from a laptop, then it does not start', () => {
    expect(() => start('tick', { clusters: [{ name: 'dev', kubeconfig: '/home/ana/.kube/config' }] })).toThrow(
      'cluster "dev" has no way in from AWS',
    );
  });

  it('when a port is asked for that the function may not use, then that is an error of its own', async () => {
    const { ports } = start('alertmanager', { clusters: CLUSTERS });
    await expect(ports.bus.publish([])).rejects.toThrow('function alertmanager is not given WEIR_BUS');
  });
});

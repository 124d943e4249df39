/** The ELBv2 adapter against a small server that answers as AWS does: real SDK, real XML. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { afterEach, describe, expect, it } from '@jest/globals';
import { createElbLoadBalancers } from '#shared/load-balancer/elb.ts';
import { loadBalancersOf } from '#shared/load-balancer/load-balancers-of.ts';
import type { LoadBalancers } from '#shared/ports.ts';

const ARN = 'arn:aws:elasticloadbalancing:eu-central-1:1:loadbalancer/app/k8s-shop/123';
const GROUP = (name: string) => `arn:aws:elasticloadbalancing:eu-central-1:1:targetgroup/${name}/abc`;
const member = (inner: string) => `<member>${inner}</member>`;

const ANSWERS: Readonly<Record<string, string>> = {
  DescribeLoadBalancers: `<LoadBalancers>${member(`<LoadBalancerArn>${ARN}</LoadBalancerArn><LoadBalancerName>k8s-shop</LoadBalancerName><DNSName>Shop.elb.amazonaws.com</DNSName>`)}</LoadBalancers>`,
  DescribeTargetGroups: `<TargetGroups>${['canary', 'stable'].map((name) => member(`<TargetGroupArn>${GROUP(name)}</TargetGroupArn><TargetGroupName>${name}</TargetGroupName>`)).join('')}</TargetGroups>`,
  DescribeTags: `<TagDescriptions>${['canary', 'stable'].map((name) => member(`<ResourceArn>${GROUP(name)}</ResourceArn><Tags>${member(`<Key>ingress.k8s.aws/resource</Key><Value>shop/shop-${name}:80</Value>`)}</Tags>`)).join('')}</TagDescriptions>`,
  DescribeTargetHealth: `<TargetHealthDescriptions>${[
    ['10.0.0.1', 'healthy'],
    ['10.0.0.2', 'initial'],
    ['10.0.0.3', 'draining'],
  ]
    .map(([ip, state]) =>
      member(`<Target><Id>${ip}</Id><Port>8080</Port></Target><TargetHealth><State>${state}</State></TargetHealth>`),
    )
    .join('')}</TargetHealthDescriptions>`,
  DescribeListeners: `<Listeners>${member('<ListenerArn>arn:listener</ListenerArn>')}</Listeners>`,
  DescribeRules: `<Rules>${member(`<RuleArn>arn:rule</RuleArn><Actions>${member(`<Type>forward</Type><ForwardConfig><TargetGroups>${member(`<TargetGroupArn>${GROUP('canary')}</TargetGroupArn><Weight>20</Weight>`)}</TargetGroups></ForwardConfig>`)}</Actions>`)}</Rules>`,
};

let server: Server | undefined;
let client: ElasticLoadBalancingV2Client | undefined;
afterEach(async () => {
  client?.destroy();
  await new Promise((resolve) => server?.close(resolve));
});

async function givenAws(status = 200): Promise<LoadBalancers> {
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      const action = new URLSearchParams(body).get('Action') ?? '';
      response.writeHead(status, { 'content-type': 'text/xml' });
      response.end(
        `<${action}Response><${action}Result>${ANSWERS[action] ?? ''}</${action}Result></${action}Response>`,
      );
    });
  });
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const credentials = { accessKeyId: 'x', secretAccessKey: 'x' };
  client = new ElasticLoadBalancingV2Client({
    region: 'eu-central-1',
    endpoint: `http://127.0.0.1:${port}`,
    credentials,
    maxAttempts: 1,
  });
  return createElbLoadBalancers(client);
}

describe('given load balancers on AWS', () => {
  it('when one is asked for by its DNS name, then its target groups come with their resources and weights', async () => {
    expect(await (await givenAws()).find('shop.elb.amazonaws.com')).toEqual({
      name: 'k8s-shop',
      arn: ARN,
      targetGroups: [
        { name: 'canary', arn: GROUP('canary'), resource: 'shop/shop-canary:80', weight: 20 },
        { name: 'stable', arn: GROUP('stable'), resource: 'shop/shop-stable:80' },
      ],
    });
  });

  it('when a target group is asked for its targets, then all come that are not on their way out', async () => {
    expect(await (await givenAws()).targets(GROUP('stable'))).toEqual(['10.0.0.1:8080', '10.0.0.2:8080']);
  });

  it('when the question for targets fails, then the error names the group and can be tried again', async () => {
    const failed = (await givenAws(503)).targets(GROUP('stable'));
    await expect(failed).rejects.toMatchObject({
      name: 'TransientError',
      message: expect.stringContaining(GROUP('stable')),
    });
  });

  it('when none has the name, then there is none', async () => {
    expect(await (await givenAws()).find('other.elb.amazonaws.com')).toBeUndefined();
  });

  it('when AWS does not answer, then the error names what was asked and can be tried again', async () => {
    const failed = (await givenAws(503)).find('shop.elb.amazonaws.com');
    await expect(failed).rejects.toMatchObject({
      name: 'TransientError',
      message: expect.stringContaining('shop.elb.amazonaws.com'),
    });
  });

  it('when the configuration does not ask for them, then there are none to ask', () => {
    expect(loadBalancersOf({})).toBeUndefined();
  });
});

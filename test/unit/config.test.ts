import { describe, expect, it } from '@jest/globals';
import { InvalidSpecError } from '#core/errors.ts';
import { DEFAULT_ALERT_POLICY } from '#core/alerts/policy.ts';
import { parseConfig } from '#shared/config-file.ts';

describe('given a weir.yaml', () => {
  it('when it names a cluster only, then everything else has its default', () => {
    expect(parseConfig('clusters: [{name: prod}]', 'weir.yaml')).toEqual({
      clusters: [{ name: 'prod', controllers: [], namespaces: [], metrics: [] }],
      slack: { teams: [] },
      aws: {
        watchSeconds: 1,
        maximumConcurrency: 10,
        logLevel: 'info',
        logRetentionDays: 30,
        watchdog: false,
        alarmDollarsPerHour: 1,
      },
      policy: [],
      people: [],
      groups: {},
      freezes: [],
      strangers: 'allow',
      rollback: { selfHeal: true },
      egress: { allowHosts: [], denyHosts: [], loopback: [], privateRanges: [] },
      alerts: { ...DEFAULT_ALERT_POLICY, clientCertificates: [] },
    });
  });

  it('when it says where metric addresses may lead, then that is kept as written', () => {
    const egress = {
      allowHosts: ['prometheus.example.com', '*.metrics.example', 'kubernetes.default.svc', '10.0.0.1', '2001:db8::1'],
      denyHosts: ['evil.example.com', '*.Tracker.example', 'under_score'],
      loopback: ['127.0.0.1:9090', '[::1]:9090', 'localhost:9091'],
      privateRanges: ['10.20.0.0/16', 'fd12:3456::/32', '192.168.7.7'],
    };
    const text = JSON.stringify({ clusters: [{ name: 'prod' }], egress });
    expect(parseConfig(text, 'weir.yaml').egress).toEqual(egress);
  });

  it.each([
    ['allowHosts', 'https://a.example', 'must be a host name, *.domain or an address, without scheme and port'],
    ['allowHosts', '*', 'must be a host name'],
    ['allowHosts', '', 'must be a host name'],
    ['denyHosts', 'a.example:9090', 'must be a host name'],
    ['denyHosts', 'a.*.example', 'must be a host name'],
    ['loopback', '127.0.0.1', 'must be host:port'],
    ['loopback', 'http://localhost:9090', 'must be host:port'],
    ['privateRanges', '10.0.0.0/33', 'must be a range such as 10.20.0.0/16'],
    ['privateRanges', 'ten', 'must be a range such as 10.20.0.0/16'],
  ])('when egress.%s holds %j, then it is told: a list that matches nothing protects nothing', (list, entry, then) => {
    const text = JSON.stringify({ clusters: [{ name: 'prod' }], egress: { [list]: ['10.0.0.1', entry] } });
    expect(problemsOf(text)).toContain(`egress.${list}[1]: ${then}`);
  });

  it.each([
    [{ freezes: [{ reason: 'r', from: 'Freitag', to: '10:00' }] }, 'freezes[0]: "Freitag" is no time'],
    [{ freezes: [{ reason: 'r', from: '9:00', to: '10:00', timezone: 'Mars' }] }, 'freezes[0]: "9:00" is no time'],
    [{ freezes: [{ reason: 'r', from: '09:00', to: '10:00', timezone: 'Mars' }] }, '"Mars" is no time zone'],
    [{ people: [{ name: 'ana', ids: [] }] }, 'people[0].ids: names no account'],
    [{ policy: [{ effect: 'allow', verbs: ['explode'] }] }, 'policy[0].verbs[0]'],
  ])('when the policy is %j, then it is told', (parts, then) => {
    expect(problemsOf(JSON.stringify({ clusters: [{ name: 'prod' }], ...parts }))).toContain(then);
  });

  it('when it says what alerts do, then what it does not name keeps its default', () => {
    const alerts = {
      mapping: [{ match: { destination_workload: '*' }, rollout: 'shop/{{destination_workload}}' }],
      severity: { rollout: { critical: 'abort' } },
    };
    const { severity, mapping } = parseConfig(
      JSON.stringify({ clusters: [{ name: 'prod' }], alerts }),
      'weir.yaml',
    ).alerts;
    expect(mapping).toEqual(alerts.mapping);
    expect(severity.rollout).toEqual({ critical: 'abort', '*': 'evaluate' });
    expect(severity.canary).toEqual(DEFAULT_ALERT_POLICY.severity.canary);
  });

  it.each([
    [{ mapping: [{ match: {}, rollout: 'a' }] }, 'alerts.mapping[0].match: names no label'],
    [{ mapping: [{ match: { a: 'b' }, rollout: 'a/b/c/d' }] }, 'alerts.mapping[0].rollout: must be'],
    [{ severity: { canary: { critical: 'explode' } } }, 'alerts.severity.canary.critical'],
    [{ severity: { other: {} } }, 'alerts.severity: '],
  ])('when alerts are %j, then it is told', (alerts, then) => {
    expect(problemsOf(JSON.stringify({ clusters: [{ name: 'prod' }], alerts }))).toContain(then);
  });

  it('when several things are wrong, then all are told at once, each with its place', () => {
    const text = `
clusters:
  - {name: prod, controllers: [rollouts]}
  - {name: prod, metrics: [{match: 'http://prometheus:9090'}], colour: blue}
  - 7
egress: {allowHosts: ['https://a'], denyHosts: ['b:1']}
polcy: []
`;
    const message = problemsOf(text);
    expect(message).toContain('weir.yaml has 8 problem(s)');
    expect(message).toContain('clusters[0].controllers: rollouts needs analysis as well');
    expect(message).toContain('clusters[1].name: "prod" is named twice');
    expect(message).toContain('clusters[1].metrics[0]: must be {match, url} or {match, service: namespace/name:port}');
    expect(message).toContain('clusters[2]: ');
    expect(message).toContain('egress.allowHosts[0]');
    expect(message).toContain('egress.denyHosts[0]');
    expect(message).toContain('"colour"');
    expect(message).toContain('"polcy"');
  });

  it.each([
    {
      given: 'two clusters of one name',
      text: 'clusters: [{name: a}, {name: a}]',
      then: 'clusters[1].name: "a" is named twice',
    },
    {
      given: 'rollouts without analysis',
      text: 'clusters: [{name: a, controllers: [rollouts]}]',
      then: 'clusters[0].controllers: rollouts needs analysis as well',
    },
    { given: 'no cluster', text: 'clusters: []', then: 'clusters: names no cluster' },
    { given: 'broken YAML', text: 'clusters: [', then: 'weir.yaml is not YAML' },
    { given: 'nothing', text: '', then: '(top)' },
  ])('given $given, then it is told', ({ text, then }) => {
    expect(problemsOf(text)).toContain(then);
  });
});

function problemsOf(text: string): string {
  try {
    parseConfig(text, 'weir.yaml');
  } catch (error) {
    expect(error).toBeInstanceOf(InvalidSpecError);
    return (error as Error).message;
  }
  throw new Error('accepted');
}

describe('given the ways into a cluster', () => {
  const cluster = (more: object) => JSON.stringify({ clusters: [{ name: 'prod', ...more }] });

  it.each([
    { given: 'an EKS cluster by its name', way: { eks: { name: 'prod' } } },
    {
      given: 'an EKS cluster of another account',
      way: { eks: { name: 'p', region: 'eu-west-1', roleArn: 'arn:aws:iam::111122223333:role/weir' } },
    },
    {
      given: 'an EKS cluster whose place is known',
      way: { eks: { name: 'p', server: 'https://a.example', certificateAuthority: 'Zm9v' } },
    },
    {
      given: "a service account's token",
      way: { serviceAccount: { server: 'https://a.example', tokenSecret: 'weir/prod' } },
    },
    { given: 'a kubeconfig in a secret', way: { kubeconfigSecret: 'weir/prod', context: 'prod' } },
  ])('when it is $given, then it is taken', ({ way }) => {
    expect(parseConfig(cluster(way), 'weir.yaml').clusters[0]).toMatchObject(way);
  });

  it.each([
    { given: 'two ways', way: { eks: { name: 'p' }, kubeconfigSecret: 's' }, says: 'clusters[0]: must have one of' },
    {
      given: 'half of a place',
      way: { eks: { name: 'p', server: 'https://a.example' } },
      says: 'clusters[0].eks: must have both',
    },
    {
      given: 'no ARN',
      way: { eks: { name: 'p', roleArn: 'weir' } },
      says: 'clusters[0].eks.roleArn: must be the ARN of a role',
    },
    {
      given: 'no URL',
      way: { serviceAccount: { server: 'a.example', tokenSecret: 's' } },
      says: 'must be the URL of an API server',
    },
  ])('when it has $given, then that is told', ({ way, says }) => {
    expect(() => parseConfig(cluster(way), 'weir.yaml')).toThrow(says);
  });
});

describe('given how the stack on AWS is made', () => {
  it('when several things are wrong, then all are told at once', () => {
    const aws = {
      watchSeconds: 56,
      logRetentionDays: 31,
      alarmTopicArn: 'topic',
      vpc: { id: 'vpc-1', subnets: ['subnet-1'], availabilityZones: ['a', 'b'], securityGroups: ['sg-1'] },
    };
    const text = JSON.stringify({ clusters: [{ name: 'prod' }], aws });
    expect(() => parseConfig(text, 'weir.yaml')).toThrow('4 problem(s)');
    for (const where of ['aws.watchSeconds', 'aws.logRetentionDays', 'aws.alarmTopicArn', 'aws.vpc'])
      expect(() => parseConfig(text, 'weir.yaml')).toThrow(where);
  });
});

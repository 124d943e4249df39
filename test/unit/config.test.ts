import { describe, expect, it } from '@jest/globals';
import { InvalidSpecError } from '#core/errors.ts';
import { parseConfig } from '#shared/config.ts';

describe('given a weir.yaml', () => {
  it('when it names a cluster only, then everything else has its default', () => {
    expect(parseConfig('clusters: [{name: prod}]', 'weir.yaml')).toEqual({
      clusters: [{ name: 'prod', controllers: [], namespaces: [], metrics: [] }],
      policy: [],
      egress: { loopback: [], privateRanges: [] },
    });
  });

  it('when several things are wrong, then all are told at once, each with its place', () => {
    const text = `
clusters:
  - {name: prod, controllers: [rollouts]}
  - {name: prod, metrics: [{match: 'http://prometheus:9090'}], colour: blue}
polcy: []
`;
    const message = problemsOf(text);
    expect(message).toContain('weir.yaml has 3 problem(s)');
    expect(message).toContain('clusters[1].metrics[0]');
    expect(message).toContain('"colour"');
    expect(message).toContain('"polcy"');
  });

  it.each([
    { given: 'two clusters of one name', text: 'clusters: [{name: a}, {name: a}]', then: 'clusters[1].name: "a" is named twice' },
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

import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Metric } from '#core/resources/argo.ts';
import { runTestCase } from '#core/template-test/run-test-case.ts';
import { CaseProblem, type Moment, type TestCase } from '#core/template-test/test-case.ts';
import { MINUTE, SECOND } from '#core/time.ts';
import { analysis, aRollout, pause, setWeight } from '../../../support/builders.ts';
import { aCase, expected, manifestsWith, NO_MANIFESTS, rateMetric, seriesOf } from './builders.ts';

const at = (time: number): Moment => ({ kind: 'at', at: time });

function failuresOf(testCase: TestCase, metrics: readonly Metric[] = [rateMetric()]) {
  return runTestCase(testCase, manifestsWith(metrics)).failures;
}

describe('given a run of a template', () => {
  it('when good and bad minutes come in any order, then it fails exactly with the fourth bad one', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { minLength: 1, maxLength: 40 }), (minutes) => {
        const fourth = [...minutes.keys()].filter((minute) => minutes[minute] === false)[3];
        const when = fourth === undefined ? at(minutes.length * MINUTE) : ({ kind: 'end' } as const);
        const results = new Map([['rate', seriesOf(...minutes.map((good) => (good ? 1 : 0)), 1)]]);
        const phase = fourth === undefined ? 'Running' : 'Failed';
        const count = fourth === undefined ? minutes.length + 1 : fourth + 1;
        const expectations = [expected({ phase, metrics: { rate: { count } } }, when)];
        expect(failuresOf(aCase({ results, expectations }))).toEqual([]);
      }),
      { numRuns: 50 },
    );
  });

  it('when it is run again, then the same comes of it', () => {
    const testCase = aCase({
      results: new Map([['rate', seriesOf(1, 0)]]),
      expectations: [expected({ phase: 'Successful' })],
    });
    const [first, second] = [1, 2].map(() => runTestCase(testCase, manifestsWith([rateMetric()])));
    expect(first?.failures).toHaveLength(1);
    expect(second?.failures).toEqual(first?.failures);
    expect(second?.timeline()).toEqual(first?.timeline());
  });

  it('when more is measured than a status keeps, then all measurements can be asked for', () => {
    const results = new Map([['rate', seriesOf(1)]]);
    const measurements = Array.from({ length: 25 }, () => ({ phase: 'Successful' }));
    const expectations = [expected({ metrics: { rate: { count: 25, measurements } } }, at(24 * MINUTE))];
    expect(failuresOf(aCase({ results, expectations }))).toEqual([]);
  });

  it('when a metric waits before its first measurement, then so does the test', () => {
    const results = new Map([['rate', seriesOf(1)]]);
    const metrics = [rateMetric({ initialDelay: '2m', count: 1, failureLimit: 0 })];
    const expectations = [
      expected({ phase: 'Running' }, at(2 * MINUTE - SECOND)),
      expected({ phase: 'Successful' }, { kind: 'between', from: 2 * MINUTE, to: 2 * MINUTE }),
    ];
    expect(failuresOf(aCase({ results, expectations }), metrics)).toEqual([]);
  });

  it('when one metric decides, then the others end with it', () => {
    const metrics = [rateMetric({ failureLimit: 0 }), rateMetric({ name: 'other' })];
    const results = new Map([
      ['rate', seriesOf(1, 0)],
      ['other', seriesOf(1)],
    ]);
    const state = { phase: 'Failed', metrics: { rate: { phase: 'Failed' }, other: { phase: 'Successful', count: 2 } } };
    expect(failuresOf(aCase({ results, expectations: [expected(state, at(MINUTE))] }), metrics)).toEqual([]);
  });

  it('when it comes true earlier than expected, then that is told', () => {
    const results = new Map([['rate', seriesOf(0)]]);
    const between: Moment = { kind: 'between', from: 4 * MINUTE, to: 5 * MINUTE };
    const [failure] = failuresOf(aCase({ results, expectations: [expected({ phase: 'Failed' }, between)] }));
    expect(failure).toMatchObject({ when: 'between 4m and 5m', says: 'so already at 3m', differences: [] });
  });

  it('when it comes true later than expected, then the difference is told', () => {
    const results = new Map([['rate', seriesOf(0)]]);
    const between: Moment = { kind: 'between', from: 0, to: 2 * MINUTE };
    const [failure] = failuresOf(aCase({ results, expectations: [expected({ phase: 'Failed' }, between)] }));
    expect(failure?.says).toBe('not so by 2m');
    expect(failure?.differences).toEqual([{ field: 'phase', expected: 'Failed', found: 'Running' }]);
  });

  it('when a web metric answers with JSON, then its condition sees it', () => {
    const provider = { web: { url: 'https://shop.test/{{args.x}}' } };
    const metrics = [rateMetric({ provider, successCondition: 'result.ok && len(result.items) == 2', count: 4 })];
    const results = new Map([
      ['rate', seriesOf({ ok: true, items: [1, 2] }, { ok: true, items: [] }, { kind: 'empty' })],
    ]);
    const measurements = ['Successful', 'Failed', 'Error'].map((phase) => ({ phase }));
    const expectations = [expected({ metrics: { rate: { measurements } } }, at(2 * MINUTE))];
    const { templates } = manifestsWith(metrics);
    const args = [{ name: 'x', value: 'checkout' }];
    const manifests = { ...NO_MANIFESTS, templates: [{ ...templates[0]!, spec: { ...templates[0]!.spec, args } }] };
    const queries = new Map([['rate', { text: 'https://shop.test/checkout', whole: true }]]);
    expect(runTestCase(aCase({ results, queries, expectations }), manifests).failures).toEqual([]);
  });

  it('when a job gives a verdict, then no condition is asked', () => {
    const provider = { job: { spec: { template: {} } } } as unknown as Metric['provider'];
    const metrics = [{ name: 'rate', provider }];
    const results = new Map([['rate', seriesOf({ kind: 'verdict', phase: 'Failed' })]]);
    expect(failuresOf(aCase({ results, expectations: [expected({ phase: 'Failed' })] }), metrics)).toEqual([]);
  });

  it('when a secret is missing, then the test is told what', () => {
    const template = manifestsWith([rateMetric()]).templates[0]!;
    const args = [{ name: 'token', valueFrom: { secretKeyRef: { name: 'store', key: 'token' } } }];
    const manifests = { ...NO_MANIFESTS, templates: [{ ...template, spec: { ...template.spec, args } }] };
    const results = new Map([['rate', seriesOf(1)]]);
    const testCase = aCase({ results, expectations: [expected({ phase: 'Running' }, at(0))] });
    expect(() => runTestCase(testCase, manifests)).toThrow('secrets "store" not found');
    const secrets = new Map([['store', { token: 'x' }]]);
    expect(runTestCase({ ...testCase, secrets }, manifests).failures).toEqual([]);
  });
});

describe('given queries', () => {
  const results = new Map([['rate', seriesOf(1)]]);
  const expectations = [expected({ phase: 'Running' }, at(MINUTE))];

  it('when a metric asks something else, then both texts are told', () => {
    const queries = new Map([['rate', { text: 'down', whole: false }]]);
    const [failure] = failuresOf(aCase({ results, expectations, queries }));
    expect(failure).toMatchObject({ path: ['queries', 'rate'], at: 0 });
    expect(failure?.differences).toEqual([{ field: 'queries.rate', expected: 'down', found: 'up' }]);
  });

  it('when a metric is never measured, then that is told', () => {
    const metrics = [rateMetric({ initialDelay: '1h' })];
    const queries = new Map([['rate', { text: 'up', whole: false }]]);
    const [failure] = failuresOf(aCase({ results, expectations, queries }), metrics);
    expect(failure?.when).toBe('never asked');
  });
});

describe('given a test that cannot be run', () => {
  const results = new Map([['rate', seriesOf(1)]]);

  it.each([
    { what: 'a metric without results', part: {}, path: ['results'], says: 'results has nothing for it' },
    {
      what: 'results of an unknown metric',
      part: { results: new Map([['rat', seriesOf(1)]]) },
      path: ['results', 'rat'],
      says: 'there are: rate',
    },
    {
      what: 'an unknown metric in expect',
      part: { results, expectations: [expected({ metrics: { rat: { failed: 1 } } })] },
      path: ['expect', 0, 'metrics', 'rat'],
      says: 'there are: rate',
    },
    {
      what: 'an unknown template',
      part: { subject: { ...aCase().subject, templates: [{ templateName: 'x' }] } as TestCase['subject'] },
      path: ['analysis', 'templates'],
      says: "AnalysisTemplate 'x' not found; in the manifests: template",
    },
    {
      what: 'an unknown argument',
      part: { subject: { ...aCase().subject, args: [{ name: 'x', value: '1' }] } as TestCase['subject'] },
      path: ['analysis', 'args', 0],
      says: 'no template declares the argument "x"',
    },
    { what: 'no end', part: { results }, path: ['expect', 0], says: 'goes on without an end (stopped at 24h)' },
  ])('when there is $what, then the place and the remedy are told', ({ part, path, says }) => {
    const run = () => failuresOf(aCase(part));
    expect(run).toThrow(expect.objectContaining({ path }));
    expect(run).toThrow(says);
  });
});

describe('given a Rollout', () => {
  const image = 'registry.local/checkout:v2';
  const rollout = aRollout()
    .replicas(4)
    .canary([setWeight(25), analysis('template'), setWeight(50), pause()])
    .build();
  const manifests = { ...manifestsWith([rateMetric({ count: 2, failureLimit: 0 })]), rollouts: [rollout] };
  const subject = { kind: 'rollout', update: { image }, readyAfter: 10 * SECOND } as const;

  it('when it is updated, then steps, pods, analyses and pauses follow in virtual time', () => {
    const expectations = [
      expected({ step: 0, weight: 25, pods: { updated: 1 }, stable: 'registry.local/checkout:v1' }, at(9 * SECOND)),
      expected({ step: 1, analysis: { step: { phase: 'Running' } } }, at(10 * SECOND)),
      expected({ step: 2, weight: 50, analysis: { step: { phase: 'Successful' } } }, at(70 * SECOND)),
      expected({ step: 3, paused: true, phase: 'Paused', pods: { updated: 2 } }, at(80 * SECOND)),
      expected({ step: 3, phase: 'Paused' }),
    ];
    const testCase = aCase({ subject, results: new Map([['rate', seriesOf(1)]]), expectations });
    expect(runTestCase(testCase, manifests).failures).toEqual([]);
  });

  it('when the step analysis fails, then it aborts, and the reason is told', () => {
    const results = new Map([['rate', seriesOf(0)]]);
    const state = { phase: 'Degraded', aborted: true, weight: 0, message: 'failureLimit (0)', pods: { updated: 0 } };
    const testCase = aCase({ subject, results, expectations: [expected(state)] });
    expect(runTestCase(testCase, manifests).failures).toEqual([]);
  });

  it.each([
    { verb: 'promote', then: { phase: 'Healthy', stable: image } },
    { verb: 'promote-full', then: { phase: 'Healthy', stable: image } },
    { verb: 'abort', then: { phase: 'Degraded', aborted: true } },
  ] as const)('when a person orders $verb at the pause, then the release ends $then.phase', ({ verb, then }) => {
    const results = new Map([['rate', seriesOf(1)]]);
    const testCase = aCase({ subject, results, orders: [{ at: 5 * MINUTE, verb }], expectations: [expected(then)] });
    expect(runTestCase(testCase, manifests).failures).toEqual([]);
  });

  it('when it is promoted fully in the middle of its analysis, then it is stable at once', () => {
    const orders = [{ at: 30 * SECOND, verb: 'promote-full' }] as const;
    const between = { kind: 'between', from: 40 * SECOND, to: 50 * SECOND } as const;
    const expectations = [expected({ stable: image, phase: 'Healthy' }, between)];
    const testCase = aCase({ subject, results: new Map([['rate', seriesOf(1)]]), orders, expectations });
    expect(runTestCase(testCase, manifests).failures).toEqual([]);
  });

  it('when two runs measure one metric, then each has its own measurements, and they share the series', () => {
    const twice = aRollout()
      .replicas(4)
      .canary([setWeight(25), analysis('template'), analysis('template')])
      .build();
    const results = new Map([['rate', seriesOf(1, 0.96, 0.97, 0.98, 0)]]);
    const measurements = [{ value: 0.97 }, { value: 0.98 }];
    const expectations = [expected({ phase: 'Healthy', analysis: { step: { metrics: { rate: { measurements } } } } })];
    expect(
      runTestCase(aCase({ subject, results, expectations }), { ...manifests, rollouts: [twice] }).failures,
    ).toEqual([]);
  });

  it('when an order is refused, then that is a failure, also behind the last expectation', () => {
    const results = new Map([['rate', seriesOf(1)]]);
    const orders = [{ at: 11 * SECOND, verb: 'promote' }] as const;
    const testCase = aCase({ subject, results, orders, expectations: [expected({ step: 0 }, at(0))] });
    const [failure] = runTestCase(testCase, manifests).failures;
    expect(failure).toMatchObject({ path: ['actions', 0], when: 'promote at 11s' });
    expect(failure?.says).toContain('refused: not paused');
  });

  it.each([
    {
      what: 'spec.strategy.canary.trafficRouting',
      part: { strategy: { canary: { trafficRouting: { traefik: { weightedTraefikServiceName: 'x' } } } } },
    },
    {
      what: 'spec.strategy.canary.steps[0].experiment',
      part: { strategy: { canary: { steps: [{ experiment: { templates: [] } }] } } },
    },
    { what: 'spec.workloadRef', part: { workloadRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'x' } } },
  ])('when it has $what, then the test is refused by that name', ({ what, part }) => {
    const routed = { ...rollout, spec: { ...rollout.spec, ...part } };
    const run = () => runTestCase(aCase({ subject }), { ...manifests, rollouts: [routed] });
    expect(run).toThrow(`${what}: tests do not run this`);
  });

  it('when nothing is updated, then its first rollout is what is tested', () => {
    const expectations = [
      expected({ phase: 'Progressing', pods: { updated: 4, other: 0, available: 0 } }, at(9 * SECOND)),
      expected({ phase: 'Healthy', stable: 'registry.local/checkout:v1', weight: 100 }),
    ];
    const testCase = aCase({ subject: { kind: 'rollout', readyAfter: 10 * SECOND }, expectations });
    expect(runTestCase(testCase, manifests).failures).toEqual([]);
  });

  it('when pods must be ready for a while, then the stable version was there before all the same', () => {
    const patient = { ...rollout, spec: { ...rollout.spec, minReadySeconds: 30 } };
    const expectations = [
      expected({ step: 0, stable: 'registry.local/checkout:v1' }, at(39 * SECOND)),
      expected({ step: 1 }, at(40 * SECOND)),
    ];
    const testCase = aCase({ subject, results: new Map([['rate', seriesOf(1)]]), expectations });
    expect(runTestCase(testCase, { ...manifests, rollouts: [patient] }).failures).toEqual([]);
  });

  it.each([
    { what: 'none is there', rollouts: [], says: 'which Rollout? rollout.name says it; in the manifests: none' },
    {
      what: 'there are two',
      rollouts: [rollout, { ...rollout, metadata: { ...rollout.metadata, name: 'b' } }],
      says: 'which Rollout?',
    },
    {
      what: 'it is not valid',
      rollouts: [{ ...rollout, spec: { ...rollout.spec, strategy: {} } }],
      says: 'Rollout checkout: ',
    },
  ])('when $what, then the test is told', ({ rollouts, says }) => {
    const run = () => runTestCase(aCase({ subject }), { ...manifests, rollouts });
    expect(run).toThrow(CaseProblem);
    expect(run).toThrow(says);
  });

  it('when the image is the one that it has, then the test is told that nothing would happen', () => {
    const same = { ...subject, update: { image: 'registry.local/checkout:v1' } };
    expect(() => runTestCase(aCase({ subject: same }), manifests)).toThrow('nothing would be released');
  });
});

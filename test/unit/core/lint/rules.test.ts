import { describe, expect, it } from '@jest/globals';
import { pathText } from '#core/lint/finding.ts';
import { RULES } from '#core/lint/rules.ts';
import { BLUE_GREEN, edited, lintText, ROLLOUT, RUN, TEMPLATE } from './lint-text.ts';

interface Case {
  readonly rule: string;
  readonly when: string;
  readonly in: string;
  readonly from: string;
  readonly to: string;
  readonly at: string;
  readonly says: RegExp;
  /** A rule that cannot but speak too. */
  readonly with?: string;
}

const GUARD = 'len(result) > 0 && !isNaN(result[0]) && ';
const CANARY = 'spec.strategy.canary';
const FIRST = 'spec.metrics[0]';
const QUERY = `${FIRST}.provider.prometheus.query`;
const RATIO = TEMPLATE.slice(TEMPLATE.indexOf('query: |'), TEMPLATE.indexOf('  - name: p95'));

const CASES: readonly Case[] = [
  {
    rule: 'wrong-type',
    when: 'a number stands in quotes',
    in: ROLLOUT,
    from: 'replicas: 5',
    to: 'replicas: "5"',
    at: 'spec.replicas',
    says: /must be integer/,
  },
  {
    rule: 'wrong-type',
    when: 'a list is a map',
    in: TEMPLATE,
    from: 'args:\n  - name: service\n',
    to: 'args:\n    service: x\n  other:\n  - name: service\n',
    at: 'spec.args',
    says: /must be array/,
    with: 'unknown-field',
  },
  {
    rule: 'wrong-value',
    when: 'the version is none',
    in: RUN,
    from: 'argoproj.io/v1alpha1',
    to: 'argoproj.io/v1beta1',
    at: 'apiVersion',
    says: /must be equal to one of the allowed values: argoproj.io\/v1alpha1/,
  },
  {
    rule: 'invalid-rollout',
    when: 'the schema does not allow a word either',
    in: ROLLOUT,
    from: 'image: shop:v2',
    to: 'image: shop:v2\n        imagePullPolicy: Sometimes',
    at: 'spec.template.spec.containers[0].imagePullPolicy',
    says: /Unsupported value: "Sometimes"/,
  },
  {
    rule: 'not-among-files',
    when: 'a template of an experiment is missing',
    in: RUN.slice(0, RUN.indexOf('kind')),
    from: 'argoproj.io/v1alpha1\n',
    to: `argoproj.io/v1alpha1
kind: Experiment
metadata: {name: x}
spec: {analyses: [{name: a, templateName: other}], templates: []}
`,
    at: 'spec.analyses[0].templateName',
    says: /AnalysisTemplate 'other' is not among/,
  },
  {
    rule: 'missing-field',
    when: 'a metric has no name',
    in: RUN,
    from: '- name: answers\n    successCondition',
    to: '- successCondition',
    at: `${FIRST}.name`,
    says: /name is required/,
  },
  {
    rule: 'missing-field',
    when: 'the object has no name',
    in: ROLLOUT,
    from: '{name: shop}',
    to: '{labels: {a: b}}',
    at: 'metadata.name',
    says: /required/,
  },
  {
    rule: 'unknown-field',
    when: 'a field is misspelt',
    in: TEMPLATE,
    from: 'failureLimit',
    to: 'failurelimits',
    at: `${FIRST}.failurelimits`,
    says: /unknown field/,
    with: 'no-failure-limit',
  },
  {
    rule: 'unknown-field',
    when: 'a field stands one level too high',
    in: ROLLOUT,
    from: '  strategy:',
    to: '  steps: []\n  strategy:',
    at: 'spec.steps',
    says: /unknown field spec.steps/,
  },
  {
    rule: 'unknown-field',
    when: 'a container has it',
    in: ROLLOUT,
    from: 'image: shop:v2',
    to: 'image: shop:v2\n        imagePullpolicy: Always',
    at: 'spec.template.spec.containers[0].imagePullpolicy',
    says: /imagePullpolicy/,
  },
  {
    rule: 'invalid-rollout',
    when: 'a weight is over 100',
    in: ROLLOUT,
    from: '- pause',
    to: '- setWeight: 101\n      - pause',
    at: `${CANARY}.steps[1].setWeight`,
    says: /^spec.strategy.steps\[1\].setWeight: Invalid value: 101: SetWeight needs to be between 0 and 100$/,
  },
  {
    rule: 'invalid-rollout',
    when: 'a step is of two kinds',
    in: ROLLOUT,
    from: '- pause: {duration: 5m}',
    to: '- pause: {}\n        setWeight: 25',
    at: `${CANARY}.steps[1]`,
    says: /Step must have one of the following set/,
  },
  {
    rule: 'invalid-rollout',
    when: 'the selector does not match',
    in: ROLLOUT,
    from: 'labels: {app: shop}',
    to: 'labels: {app: other}',
    at: 'spec.template.metadata.labels',
    says: /`selector` does not match template `labels`/,
  },
  {
    rule: 'invalid-rollout',
    when: 'a duration is none',
    in: ROLLOUT,
    from: '5m',
    to: '5 minutes',
    at: `${CANARY}.steps[1].pause.duration`,
    says: /Duration needs to be greater than 0/,
  },
  {
    rule: 'invalid-rollout',
    when: 'a container has no name',
    in: ROLLOUT,
    from: '- name: app\n        image',
    to: '- image',
    at: 'spec.template.spec.containers[0].name',
    says: /Required value/,
  },
  {
    rule: 'invalid-reference',
    when: 'an argument is not passed',
    in: ROLLOUT,
    from: '        - name: service\n          value: shop\n',
    to: '',
    at: `${CANARY}.analysis.templates`,
    says: /args.service was not resolved/,
  },
  {
    rule: 'invalid-reference',
    when: 'a Service selects other pods',
    in: BLUE_GREEN,
    from: 'metadata: {name: shop-preview}\nspec: {selector: {app: shop}}',
    to: 'metadata: {name: shop-preview}\nspec: {selector: {app: shop, tier: x}}',
    at: 'spec.strategy.blueGreen.previewService',
    says: /Service "shop-preview" has unmatch label "tier" in rollout/,
  },
  {
    rule: 'invalid-reference',
    when: 'an analysis before promotion never ends',
    in: BLUE_GREEN,
    from: 'successCondition: result.ok',
    to: 'successCondition: result.ok\n    interval: 1m\n    failureLimit: 1',
    at: 'spec.strategy.blueGreen.prePromotionAnalysis.templates[0].templateName',
    says: /runs indefinitely/,
  },
  {
    rule: 'invalid-analysis',
    when: 'two metrics have one name',
    in: TEMPLATE,
    from: 'name: p95',
    to: 'name: errors',
    at: 'spec.metrics[1].name',
    says: /^metrics\[1\]: duplicate name 'errors'$/,
    with: 'invalid-reference',
  },
  {
    rule: 'invalid-analysis',
    when: 'a metric has no provider',
    in: RUN,
    from: `provider: {web: {url: 'http://shop-preview/health'}}`,
    to: 'provider: {}',
    at: `${FIRST}.provider`,
    says: /no provider specified/,
  },
  {
    rule: 'invalid-analysis',
    when: 'count lies below the limit',
    in: TEMPLATE,
    from: 'interval: 1m',
    to: 'interval: 1m\n    count: 2',
    at: `${FIRST}.count`,
    says: /count \(2\) must be >= failureLimit/,
    with: 'cannot-fail',
  },
  {
    rule: 'invalid-analysis',
    when: 'an interval is none',
    in: TEMPLATE,
    from: 'interval: 1m',
    to: 'interval: 1 minute',
    at: `${FIRST}.interval`,
    says: /invalid interval string/,
  },
  {
    rule: 'invalid-analysis',
    when: 'a dry-run rule matches nothing',
    in: RUN,
    from: 'spec:\n',
    to: 'spec:\n  dryRun: [{metricName: nothing}]\n',
    at: 'spec.dryRun[0].metricName',
    says: /Rule didn't match any metric/,
  },
  {
    rule: 'undefined-arg',
    when: 'the name is misspelt',
    in: RUN,
    from: 'http://shop-preview',
    to: 'http://{{args.host}}',
    at: `${FIRST}.provider.web.url`,
    says: /argument host is not declared/,
  },
  {
    rule: 'undefined-arg',
    when: 'a token names no argument',
    in: RUN,
    from: 'http://shop-preview',
    to: 'http://{{host}}',
    at: `${FIRST}.provider.web.url`,
    says: /\{\{host\}\} is no argument/,
  },
  {
    rule: 'broken-condition',
    when: 'it does not parse',
    in: TEMPLATE,
    from: `${GUARD}result[0] < 0.5`,
    to: 'result[0] <',
    at: 'spec.metrics[1].successCondition',
    says: /unexpected/,
    with: 'nan-unguarded',
  },
  {
    rule: 'broken-condition',
    when: 'a vector is compared with a number',
    in: TEMPLATE,
    from: `${GUARD}result[0] < 0.5`,
    to: 'result < 0.5',
    at: 'spec.metrics[1].successCondition',
    says: /float64/,
    with: 'nan-unguarded',
  },
  {
    rule: 'broken-condition',
    when: 'it is no truth',
    in: BLUE_GREEN,
    from: 'result.ok',
    to: 'result[0] +',
    at: `${FIRST}.successCondition`,
    says: /^successCondition: 1:\d+: unexpected/,
  },
  {
    rule: 'broken-query',
    when: 'a bracket is open',
    in: TEMPLATE,
    from: '[5m])) /',
    to: '[5m]) /',
    at: QUERY,
    says: /^query: parse error/,
  },
  {
    rule: 'not-among-files',
    when: 'a template is missing',
    in: ROLLOUT,
    from: 'templateName: health',
    to: 'templateName: other',
    at: `${CANARY}.analysis.templates[0].templateName`,
    says: /AnalysisTemplate 'other' is not among the given files/,
  },
  {
    rule: 'not-among-files',
    when: 'a Service is missing',
    in: BLUE_GREEN,
    from: 'metadata: {name: shop-preview}',
    to: 'metadata: {name: other}',
    at: 'spec.strategy.blueGreen.previewService',
    says: /"shop-preview" is not among the given files/,
  },
  {
    rule: 'not-yet-in-weir',
    when: 'Weir cannot do a step',
    in: ROLLOUT,
    from: '- pause',
    to: '- plugin: {name: x}\n      - pause',
    at: `${CANARY}.steps[1].plugin`,
    says: /Weir runs no plugins/,
  },
  {
    rule: 'empty-result',
    when: 'the length is not asked',
    in: TEMPLATE,
    from: GUARD,
    to: 'isNaN(result[0]) == false && ',
    at: `${FIRST}.successCondition`,
    says: /fails when there is no data/,
  },
  {
    rule: 'nan-unguarded',
    when: 'a ratio may be 0/0',
    in: TEMPLATE,
    from: '!isNaN(result[0]) && ',
    to: '',
    at: `${FIRST}.successCondition`,
    says: /NaN, which counts as a failure/,
  },
  {
    rule: 'nan-unguarded',
    when: 'only failures are told',
    in: TEMPLATE,
    from: `successCondition: ${GUARD}result[0] < 0.5`,
    to: 'failureCondition: len(result) > 0 && result[0] >= 0.5',
    at: 'spec.metrics[1].failureCondition',
    says: /NaN, which counts as a success/,
  },
  {
    rule: 'no-condition',
    when: 'there is none',
    in: RUN,
    from: '    successCondition: result == "ok"\n',
    to: '',
    at: FIRST,
    says: /succeeds whatever it measures/,
  },
  {
    rule: 'no-failure-limit',
    when: 'there is none',
    in: TEMPLATE,
    from: '    failureLimit: 3\n',
    to: '',
    at: FIRST,
    says: /one bad measurement aborts/,
  },
  {
    rule: 'cannot-fail',
    when: 'count ends first',
    in: TEMPLATE,
    from: 'interval: 1m',
    to: 'interval: 1m\n    count: 3',
    at: `${FIRST}.failureLimit`,
    says: /measured 3 times and forgives 3/,
  },
  {
    rule: 'cannot-fail',
    when: 'the limit is disabled',
    in: TEMPLATE,
    from: 'failureLimit: 3',
    to: 'failureLimit: -1',
    at: `${FIRST}.failureLimit`,
    says: /disabled/,
    with: 'invalid-analysis',
  },
  {
    rule: 'histogram-without-le',
    when: 'nothing is summed',
    in: TEMPLATE,
    from: 'sum by (le) (\n            rate(latency_seconds_bucket{service="{{args.service}}", pod_hash="{{args.canary-hash}}"}[5m]))',
    to: 'rate(latency_seconds_bucket{pod_hash="{{args.canary-hash}}"}[5m])',
    at: 'spec.metrics[1].provider.prometheus.query',
    says: /one quantile per series/,
  },
  {
    rule: 'histogram-without-le',
    when: 'the sum loses le',
    in: TEMPLATE,
    from: 'sum by (le)',
    to: 'sum by (job)',
    at: 'spec.metrics[1].provider.prometheus.query',
    says: /lost their label le/,
  },
  {
    rule: 'no-pod-hash',
    when: 'nothing names the version',
    in: TEMPLATE,
    from: RATIO,
    to: 'query: max(errors{service="{{args.service}}"})\n',
    at: QUERY,
    says: /errors is measured on canary and stable together/,
  },
  {
    rule: 'short-interval',
    when: 'it is below the scrape interval',
    in: TEMPLATE,
    from: 'interval: 1m',
    to: 'interval: 10s',
    at: `${FIRST}.interval`,
    says: /10s is below the scrape interval of 30s/,
  },
  {
    rule: 'short-range',
    when: 'it holds one scrape',
    in: TEMPLATE,
    from: '[5m]',
    to: '[30s]',
    at: QUERY,
    says: /a range of 30s/,
  },
  {
    rule: 'no-steps',
    when: 'there are none',
    in: ROLLOUT,
    from: '      steps:\n      - setWeight: 20\n      - pause: {duration: 5m}\n',
    to: '',
    at: CANARY,
    says: /rolling update/,
  },
  {
    rule: 'large-first-weight',
    when: 'it is over a quarter',
    in: ROLLOUT,
    from: 'setWeight: 20',
    to: 'setWeight: 26',
    at: `${CANARY}.steps[0].setWeight`,
    says: /26 %/,
  },
  {
    rule: 'no-pause',
    when: 'weights follow one another',
    in: ROLLOUT,
    from: 'pause: {duration: 5m}',
    to: 'setWeight: 60',
    at: `${CANARY}.steps`,
    says: /never wait/,
  },
  {
    rule: 'single-metric',
    when: 'a Rollout has no other',
    in: BLUE_GREEN,
    from: BLUE_GREEN.slice(BLUE_GREEN.indexOf('  - name: speaks')),
    to: '',
    at: 'spec.strategy.blueGreen.prePromotionAnalysis.templates',
    says: /metric answers alone decides/,
  },
  {
    rule: 'ignored-argument',
    when: 'no template declares it',
    in: ROLLOUT,
    from: '- name: service\n',
    to: '- name: max-error\n          value: "1"\n        - name: service\n',
    at: `${CANARY}.analysis.args[0]`,
    says: /no template declares the argument max-error/,
  },
  {
    rule: 'promotes-unseen',
    when: 'it switches by itself',
    in: BLUE_GREEN,
    from: '      autoPromotionEnabled: false\n      prePromotionAnalysis:',
    to: '      postPromotionAnalysis:',
    at: 'spec.strategy.blueGreen',
    says: /unseen/,
  },
  {
    rule: 'no-analysis',
    when: 'nothing is measured',
    in: ROLLOUT,
    from: ROLLOUT.slice(ROLLOUT.indexOf('      analysis:'), ROLLOUT.indexOf('  selector')),
    to: '',
    at: CANARY,
    says: /no analysis judges/,
  },
  {
    rule: 'only-in-weir',
    when: 'a query takes its range from Weir',
    in: TEMPLATE,
    from: '[5m]',
    to: '[{{weir.sinceStepStart}}]',
    at: QUERY,
    says: /only Weir fills in \{\{weir.sinceStepStart\}\}/,
  },
  {
    rule: 'unused-arg',
    when: 'no metric has it',
    in: RUN,
    from: 'spec:\n',
    to: 'spec:\n  args: [{name: host, value: x}]\n',
    at: 'spec.args[0]',
    says: /no metric uses the argument host/,
  },
];

/** The other manifest of the pair comes along: they name each other. */
function companyOf(text: string): readonly string[] {
  if (text.startsWith(ROLLOUT.slice(0, 60))) return text.includes('blueGreen') ? [] : [TEMPLATE];
  return text.startsWith(TEMPLATE.slice(0, 60)) ? [ROLLOUT] : [];
}

describe('given manifests that do as they should', () => {
  it.each([
    { name: 'a canary', texts: [ROLLOUT, TEMPLATE] },
    { name: 'blue and green', texts: [BLUE_GREEN] },
    { name: 'a run', texts: [RUN] },
  ])('when $name is looked at, then no rule speaks', ({ texts }) => {
    expect(lintText(...texts)).toEqual([]);
  });
});

describe('given one mistake', () => {
  it.each(CASES)('$rule: when $when, then that rule alone tells it, and where', (mistake) => {
    const text = edited(mistake.in, mistake.from, mistake.to);
    const findings = lintText(text, ...companyOf(mistake.in));
    const spoken = new Set(findings.map(({ rule }) => rule));
    expect([...spoken].filter((rule) => rule !== mistake.with)).toEqual([mistake.rule]);
    const told = findings.filter(({ rule }) => rule === mistake.rule);
    expect(told.map(({ path }) => pathText(path))).toContain(mistake.at);
    expect(told.some(({ message }) => mistake.says.test(message))).toBe(true);
    for (const { fix } of findings) expect(fix).not.toBe('');
  });

  it('then every rule is shown by some mistake', () => {
    const shown = new Set(CASES.map(({ rule }) => rule));
    expect(RULES.map(({ id }) => id).filter((id) => !shown.has(id))).toEqual([]);
  });
});

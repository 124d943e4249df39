import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { Rollout } from '#core/resources/argo.ts';
import { DEVIATIONS } from '#core/rollout/deviations.ts';
import { unsupportedFields } from '#core/rollout/validate-support.ts';
import { compatibilityPage, readCompatibility } from '../../../infra/docs/compatibility.ts';
import { aRollout } from '../../support/builders.ts';
import { argoFields } from './argo-fields.ts';

const ROOT = join(import.meta.dirname, '../../..');
const TABLE = readCompatibility(readFileSync(join(ROOT, 'docs/compatibility.yaml'), 'utf8'));

const FIELD_ROWS = TABLE.fields.flatMap(({ struct, rows }) => rows.map((row) => ({ struct, ...row })));
const BEHAVIOUR_ROWS = TABLE.behaviours.flatMap(({ rows }) => rows);
const LISTED = FIELD_ROWS.flatMap(({ struct, fields }) => fields.map((field) => `${struct}.${field}`));

const files = new Map<string, string>();
function textOf(file: string): string {
  const known = files.get(file) ?? (existsSync(join(ROOT, file)) ? readFileSync(join(ROOT, file), 'utf8') : '');
  files.set(file, known);
  return known;
}

describe('given the table of compatibility', () => {
  it('then docs/compatibility.md is what npm run docs:compatibility makes of it', () => {
    expect(textOf('docs/compatibility.md')).toBe(compatibilityPage(TABLE));
  });

  it('then every field of Argo’s CRDs has one row, and no row is of a field that there is not', () => {
    const real = [...argoFields()].flatMap(([struct, fields]) => fields.map((field) => `${struct}.${field}`));
    expect(real.length).toBeGreaterThan(400);
    expect(LISTED.toSorted()).toEqual(real.toSorted());
  });

  it('then every test that it names is there', () => {
    const named = [...FIELD_ROWS, ...BEHAVIOUR_ROWS].flatMap(({ shown }) => shown);
    const missing = [...named, ...DEVIATIONS.flatMap(({ shown }) => shown)].filter((file) => textOf(file) === '');
    expect(missing).toEqual([]);
  });

  it('then what is the same, or differs, has a test, and what is not the same says how', () => {
    const rows = [
      ...FIELD_ROWS.map((row) => ({ ...row, what: `${row.struct}: ${row.fields.join()}` })),
      ...BEHAVIOUR_ROWS,
    ];
    const unshown = rows.filter(({ is, shown }) => (is === 'same' || is === 'differs') && shown.length === 0);
    expect(unshown.map(({ what }) => what)).toEqual([]);
    expect(BEHAVIOUR_ROWS.filter(({ is, how }) => is !== 'same' && how === undefined)).toEqual([]);
  });

  it('then a test that is named for a field speaks of that field', () => {
    const silent = FIELD_ROWS.flatMap(({ struct, fields, shown, word }) =>
      fields
        .filter((field) => shown.length > 0 && !shown.some((file) => mentions(file, word ?? field)))
        .map((field) => `${struct}.${field}: ${shown.join()}`),
    );
    expect(silent).toEqual([]);
  });

  it('then a test that is named for a condition, an event, a provider or a phase speaks of it', () => {
    const titles = /^(Conditions|Phases|Events|Metric providers|Steps)/;
    const rows = TABLE.behaviours.filter(({ title }) => titles.test(title)).flatMap((section) => section.rows);
    const silent = rows.filter(({ what, shown, is }) => {
      const word = /`(\w+)[^`]*`(?!.*`)/.exec(what)?.[1];
      return is === 'same' && word !== undefined && !shown.some((file) => mentions(file, word));
    });
    expect(silent.map(({ what, shown }) => `${what}: ${shown.join()}`)).toEqual([]);
  });

  it('then every deviation of the engine has a test, and a name of its own', () => {
    expect(DEVIATIONS.filter(({ shown }) => shown.length === 0)).toEqual([]);
    expect(new Set(DEVIATIONS.map(({ id }) => id)).size).toBe(DEVIATIONS.length);
  });
});

function mentions(file: string, word: string): boolean {
  return new RegExp(`\\b${word}`).test(textOf(file));
}

describe('given a part of a Rollout that comes later, or never', () => {
  const canary = (part: object): Rollout =>
    aRollout()
      .spec({ strategy: { canary: part } })
      .build();
  const PARTS: Readonly<Record<string, { rollout: Rollout; path: string }>> = {
    'RolloutSpec.workloadRef': {
      rollout: aRollout()
        .spec({ workloadRef: { kind: 'Deployment', name: 'x' } })
        .build(),
      path: 'spec.workloadRef',
    },
    ...Object.fromEntries(
      ['experiment', 'plugin'].map((step) => [
        `CanaryStep.${step}`,
        { rollout: canary({ steps: [{ [step]: { name: 'x' } }] }), path: `spec.strategy.canary.steps[0].${step}` },
      ]),
    ),
    ...Object.fromEntries(
      ['alb', 'ambassador', 'apisix', 'appMesh', 'istio', 'nginx', 'smi', 'traefik'].map((router) => [
        `RolloutTrafficRouting.${router}`,
        {
          rollout: canary({ trafficRouting: { [router]: {} } }),
          path: `spec.strategy.canary.trafficRouting.${router}`,
        },
      ]),
    ),
  };

  it.each(Object.entries(PARTS))(
    'when it is %s, then it is refused by name exactly while the table says so',
    (name, part) => {
      const [struct, field = ''] = name.split('.');
      const row = FIELD_ROWS.find((candidate) => candidate.struct === struct && candidate.fields.includes(field));
      const refusals = unsupportedFields(part.rollout).join('\n');
      expect({ refused: refusals.startsWith(`${part.path}: `) }).toEqual({
        refused: row?.is === 'later' || row?.is === 'absent',
      });
    },
  );
});

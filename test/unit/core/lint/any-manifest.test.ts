import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseAllDocuments, stringify } from 'yaml';
import { textsIn } from '#core/lint/texts-in.ts';
import { BLUE_GREEN, lintText, ROLLOUT, RUN, TEMPLATE } from './lint-text.ts';

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

const OBJECTS = [ROLLOUT, TEMPLATE, BLUE_GREEN, RUN].flatMap((text) =>
  parseAllDocuments(text).map((document) => document.toJS() as Json),
);
/** Texts and numbers that mean something somewhere, and some that mean nothing anywhere. */
const VALUES: readonly Json[] = [
  null,
  true,
  0,
  -1,
  7,
  1e12,
  '',
  '5m',
  '{{args.x}}',
  '{{',
  'result[0]',
  'sum(',
  [],
  [null],
  {},
  { a: [] },
];

/** Every place in the objects. */
function placesIn(value: Json, path: readonly (string | number)[] = []): readonly (readonly (string | number)[])[] {
  const members = typeof value === 'object' && value !== null ? Object.entries(value) : [];
  const key = (name: string) => (Array.isArray(value) ? Number(name) : name);
  return [path, ...members.flatMap(([name, member]) => placesIn(member, [...path, key(name)]))];
}

function replaced(value: Json, [key, ...rest]: readonly (string | number)[], by: Json): Json {
  if (key === undefined) return by;
  if (Array.isArray(value)) return value.map((item, index) => (index === key ? replaced(item, rest, by) : item));
  if (typeof value !== 'object' || value === null) return value;
  return { ...value, [key]: replaced(value[key] ?? null, rest, by) };
}

const PLACES = placesIn(OBJECTS).filter(({ length }) => length > 1);

describe('given manifests in which anything stands anywhere', () => {
  it('then lint has an answer, and no finding without words', () => {
    const change = fc.tuple(fc.constantFrom(...PLACES), fc.constantFrom(...VALUES));
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
        const objects = changes.reduce<Json>((value, [place, by]) => replaced(value, place, by), OBJECTS);
        const texts = (objects as Json[]).map((object) => stringify(object));
        for (const finding of lintText(...texts)) {
          expect(textsIn([finding.message, finding.fix], []).every(({ text }) => text.trim() !== '')).toBe(true);
        }
      }),
      { numRuns: 150 },
    );
  });
});

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { rulesPage } from '#core/lint/page.ts';
import { RULES } from '#core/lint/rules.ts';

const PAGE = readFileSync(join(import.meta.dirname, '../../../../docs/lint.md'), 'utf8');

describe('given docs/lint.md', () => {
  it('then it is what `weir lint --rules` prints', () => {
    expect(PAGE).toBe(rulesPage());
  });

  it('then it has a line for each rule, and no two rules have one name', () => {
    const names = RULES.map(({ id }) => id);
    expect(new Set(names).size).toBe(names.length);
    expect(names.filter((id) => !PAGE.includes(`| \`${id}\` |`))).toEqual([]);
  });
});

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';

const ROOT = join(import.meta.dirname, '../..');
const README = readFileSync(join(ROOT, 'README.md'), 'utf8');
const TABLE = README.split('## Where is…?')[1]?.split('\n## ')[0] ?? '';
const PATHS = [...TABLE.matchAll(/`([a-z-]+\/[^`]*)`/g)].map((match) => match[1] ?? '');
const LINKS = [...README.matchAll(/\]\((?!https?:)([^)#]+)\)/g)].map((match) => match[1] ?? '');

describe('given the README', () => {
  it('then its table answers more than ten questions', () => {
    expect(PATHS.length).toBeGreaterThan(10);
  });

  it.each([...PATHS, ...LINKS])('when it says %s, then that is there', (path) => {
    expect(existsSync(join(ROOT, path))).toBe(true);
  });
});

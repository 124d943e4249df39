/** What the documents promise is shown by the tests that they name, and the files that they name are there. */
import { describe, expect, it } from '@jest/globals';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');
const tests = new Map(globSync('test/**/*.ts', { cwd: ROOT }).map((file) => [basename(file), join(ROOT, file)]));

/** `| sentence | \`file.test.ts\`: name of the test |`; a contract suite is a file that tests run over each store. */
function promises(document: string) {
  const text = readFileSync(join(ROOT, document), 'utf8');
  return [...text.matchAll(/^\| (.+) \| `([\w-]+(?:\.test)?\.ts)`: (.+) \|$/gm)].map(
    ([, sentence = '', file = '', name = '']) => ({
      sentence,
      file,
      name,
    }),
  );
}

describe.each(['docs/rollback.md', 'docs/reliability.md'])('given %s', (document) => {
  it('then each row of its tables names a test', () => {
    const rows = readFileSync(join(ROOT, document), 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('| ') && !/^\| (Criterion|What|Who|ID) \|/.test(line));
    expect(rows.length).toBeGreaterThan(20);
    expect(promises(document)).toHaveLength(rows.length);
  });

  it.each(promises(document))('$sentence', ({ file, name }) => {
    const path = tests.get(file);
    expect(path).toBeDefined();
    expect(readFileSync(path ?? '', 'utf8')).toContain(name);
  });
});

describe('given docs/metrics-driven-delivery.md', () => {
  it('then the files that it names are there', () => {
    const text = readFileSync(join(ROOT, 'docs/metrics-driven-delivery.md'), 'utf8');
    const named = [...text.matchAll(/`((?:examples|docs)\/[\w./-]+)`/g)].map(([, file = '']) => file);
    expect(named.length).toBeGreaterThan(5);
    expect(named.filter((file) => !existsSync(join(ROOT, file)))).toEqual([]);
  });
});

import { describe, expect, it } from '@jest/globals';
import { InvalidSpecError } from '#core/errors.ts';
import { parseYaml } from '#shared/yaml.ts';

describe('given a file of configuration that holds a credential, and is not YAML', () => {
  it.each([
    { given: 'a quote that is not closed', text: 'token: "hunter2' },
    { given: 'a list that is not closed', text: 'token: [hunter2' },
    { given: 'a colon too many', text: 'token: a: hunter2' },
    { given: 'an alias of nothing', text: 'token: *hunter2' },
    { given: 'a brace too many', text: '{token: }}hunter2' },
    { given: 'a line out of place', text: 'token: |\n  a\nhunter2\nb: c' },
    { given: 'a key twice', text: 'hunter2: 1\nhunter2: 2' },
    { given: 'a character that begins nothing', text: 'token: @hunter2' },
    { given: 'too deep a list', text: `token: hunter2\na: ${'['.repeat(30_000)}` },
  ])('when it has $given, then it is told where it is wrong, not what is written there', ({ text }) => {
    const read = () => parseYaml(text, 'the file');
    expect(read).toThrow(InvalidSpecError);
    expect(read).toThrow(/^the file is not YAML: /);
    expect(read).not.toThrow('hunter2');
  });

  it('when it is YAML after all, then its content is read, and nothing is printed', () => {
    expect(parseYaml('a: !unknown b', 'the file')).toEqual({ a: 'b' });
  });
});

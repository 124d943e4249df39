import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { JsonValue } from '#core/json.ts';
import { evaluateTemplate } from '#shared/metric-providers/json-path/evaluate.ts';
import { PathError, PathSyntaxError } from '#shared/metric-providers/json-path/node.ts';
import { parseTemplate } from '#shared/metric-providers/json-path/parse.ts';

const DOCUMENT: JsonValue = {
  name: 'shop',
  n: 1.5,
  yes: true,
  nothing: null,
  list: [10, 20, 30, 40],
  empty: [],
  items: [
    { k: 'p', v: 1, tags: ['a'] },
    { k: 'q', v: 2, on: true },
    { k: 'r', v: 3, tags: [] },
  ],
  'dotted.key': 7,
  'sp ace': 8,
  deep: { v: 9, deeper: { v: 10 } },
  é: 'ü',
  __proto__x: 1,
};

function find(template: string, document: JsonValue = DOCUMENT): readonly JsonValue[] {
  return evaluateTemplate(parseTemplate(template), document);
}

describe('given a Kubernetes JSONPath template, when it is evaluated, then it finds', () => {
  it.each<[template: string, found: readonly JsonValue[]]>([
    // Texts and actions.
    ['{$}', [DOCUMENT]],
    ['{}', [DOCUMENT]],
    ['{@}', [DOCUMENT]],
    ['$.name', ['$.name']],
    ['x {$.name}', ['x ', 'shop']],
    ['{$.name}{$.n}', ['shop', 1.5]],
    ['{.name} y', ['shop', ' y']],
    // Fields.
    ['{.name}', ['shop']],
    ['{ $.name }', ['shop']],
    ['{$.nothing}', [null]],
    ['{$.yes}', [true]],
    ['{$.deep.deeper.v}', [10]],
    ['{$.é}', ['ü']],
    ['{$.dotted\\.key}', [7]],
    ["{$['name']}", ['shop']],
    ["{$['dotted\\.key']}", [7]],
    ["{$['deep.v']}", [9]],
    ['{$.sp\\ ace}', [8]],
    // Indexes and slices.
    ['{$.list[0]}', [10]],
    ['{$.list[-1]}', [40]],
    ['{$.list[-2]}', [30]],
    ['{$.list[1:3]}', [20, 30]],
    ['{$.list[:2]}', [10, 20]],
    ['{$.list[2:]}', [30, 40]],
    ['{$.list[::2]}', [10, 30]],
    ['{$.list[1:4:2]}', [20, 40]],
    ['{$.list[-3:-1]}', [20, 30]],
    ['{$.list[*]}', [10, 20, 30, 40]],
    ['{$.list[:]}', [10, 20, 30, 40]],
    ['{$.list[2:2]}', []],
    ['{$.empty[*]}', []],
    ['{$.empty[:]}', []],
    // Unions and wildcards.
    ['{$.list[0,3]}', [10, 40]],
    ['{$.list[0, -1]}', [10, 40]],
    ["{$['name','n']}", ['shop', 1.5]],
    ['{$.items[*].v}', [1, 2, 3]],
    ['{$.deep.*}', [9, { v: 10 }]],
    ['{$.items[0].*}', ['p', 1, ['a']]],
    // Recursion.
    ['{..v}', [1, 2, 3, 9, 10]],
    ['{$.deep..v}', [9, 10]],
    ['{$..deeper.v}', [10]],
    ['{$..tags[:]}', ['a']],
    // Filters.
    ["{$.items[?(@.k=='q')].v}", [2]],
    ['{$.items[?(@.k=="q")].v}', [2]],
    ["{$.items[?(@.k!='q')].v}", [1, 3]],
    ['{$.items[?(@.v>1.0)].k}', ['q', 'r']],
    ['{$.items[?(@.v >= 2.0)].k}', ['q', 'r']],
    ['{$.items[?(@.v<2.0)].k}', ['p']],
    ['{$.items[?(@.v<=2.0)].k}', ['p', 'q']],
    ["{$.items[?(@.k<'q')].v}", [1]],
    ['{$.items[?(@.on)].k}', ['q']],
    ['{$.items[?(@.tags)].k}', ['p', 'r']],
    ["{$.items[?(@.k=='x)]')].v}", []],
    ['{$.list[?(@>20.0)]}', [30, 40]],
    ['{$.items[?(@.v==@.v)].k}', ['p', 'q', 'r']],
    // Ranges.
    ['{range $.items[*]}{.v}{end}', [1, 2, 3]],
    ['{range .items[*]}{.k}={.v};{end}', ['p', '=', 1, ';', 'q', '=', 2, ';', 'r', '=', 3, ';']],
    ['{range .items[*]}{.k}{end}{.name}', ['p', 'q', 'r', 'shop']],
    ['{range .items[0:1]}{range .tags[*]}{@}{end}{.v}{end}!', ['a', 1, '!']],
    ['{range .empty[*]}x{end}y', ['y']],
    ['{range .items[*]}{.v}', [1, 2, 3]],
    // Literals.
    ["{'quoted'}", ['quoted']],
    ['{"a\\tb"}', ['a\tb']],
    ["{'it\\'s'}", ["it's"]],
    ['{"\\x41\\101\\u00e9\\U0001F600\\xc3\\xa9"}', ['AAé😀é']],
    // The children of a text are its bytes.
    ['{$.name.*}', [115, 104, 111, 112]],
    ['{5}', [5]],
    ['{-1.5}', [-1.5]],
    ['{true}', [true]],
    ['', []],
  ])('%s', (template, found) => {
    expect(find(template)).toEqual(found);
  });
});

describe('given a template that does not fit the document, when it is evaluated, then it says why', () => {
  it.each([
    ['{$.missing}', 'missing is not found'],
    ['{$.name.x}', 'x is not found'],
    ['{$.nothing.x}', 'x is not found'],
    ['{$.list[9]}', 'array index out of bounds: index 9, length 4'],
    ['{$.list[-9]}', 'array index out of bounds: index -5, length 4'],
    ['{$.list[0:9]}', 'array index out of bounds: index 8, length 4'],
    ['{$.empty[0]}', 'array index out of bounds: index 0, length 0'],
    ['{$.list[3:1]}', 'starting index 3 is greater than ending index 1'],
    ['{$.list[1:0]}', 'starting index 1 is greater than ending index 0'],
    ['{$.list[0:2:0]}', 'step must be > 0'],
    ['{$.name[0]}', 'string is not array or slice'],
    ['{$.deep[0]}', 'map[string]interface {} is not array or slice'],
    ["{$.deep[?(@.v=='x')]}", 'map[deeper:map[v:10] v:9] is not array or slice and cannot be filtered'],
    ['{$.name[?(@.v)]}', 'shop is not array or slice and cannot be filtered'],
    ['{5[?(@.v)]}', '5 is not array or slice and cannot be filtered'],
    ['{$.items[?(@.v==1)]}', 'incompatible types for comparison'],
    ["{$.items[?(@.v=='1')]}", 'incompatible types for comparison'],
    ['{$.items[?(@.on==true)]}', 'on is not found'],
    ['{$.items[?(@==@)]}', 'invalid type for comparison'],
    ['{$.items[1:2][?(@.v==2.0)]}', 'map[k:q on:true v:2] is not array or slice and cannot be filtered'],
    ["{$.items[?(@.k=!'q')]}", 'unrecognized filter operator =!'],
    ["{$.items[?(@.*=='q')]}", 'can only compare one element at a time'],
    ['{end}', 'not in range, nothing to end'],
    ['{nonsense}', 'unrecognized identifier nonsense'],
    ['{range .empty[*]}{.v}{end}', 'v is not found'],
    ['{$.constructor}', 'constructor is not found'],
  ])('%s: %s', (template, message) => {
    const parsed = parseTemplate(template);
    expect(() => evaluateTemplate(parsed, DOCUMENT)).toThrow(new PathError(message));
  });
});

describe('given a text that is no template, when it is read, then it is refused', () => {
  it.each([
    ['{$.a', 'unclosed action'],
    ['{', 'unclosed action'],
    ['{$.a\n}', 'unclosed action'],
    ['{$.a[0}', 'unterminated array'],
    ['{$.a[x]}', 'invalid array index x'],
    ['{$.a[]}', undefined],
    ['{$.a[1.5]}', 'invalid array index 1.5'],
    ['{$.a[99999999999999999999]}', 'array index 99999999999999999999 is not a number'],
    ["{$.a[?(@.k=='x'}", 'unterminated filter'],
    ["{$.a[?(@.k=='x')}", 'unclosed array expect ]'],
    ["{'abc}", 'unterminated quoted string'],
    ["{'\\q'}", "unquote string '\\q' error invalid syntax"],
    ['{"\\\'"}', `unquote string "\\'" error invalid syntax`],
    ["{'\\ud800'}", "unquote string '\\ud800' error invalid syntax"],
    ["{'\\x4'}", "unquote string '\\x4' error invalid syntax"],
    ['{....a}', 'invalid multiple recursive descent'],
    ['{1.2.3}', 'cannot parse number 1.2.3'],
    ['{%}', "unrecognized character in action: U+0025 '%'"],
    ['{"a"}}', undefined],
  ])('%s', (template, message) => {
    if (message === undefined) expect(parseTemplate(template).length).toBeGreaterThan(0);
    else expect(() => parseTemplate(template)).toThrow(new PathSyntaxError(message));
  });
});

describe('given hostile input', () => {
  it('a template that multiplies runs out of its budget instead of memory', () => {
    let wide: JsonValue = 1;
    for (let depth = 0; depth < 400; depth += 1) wide = [wide, wide === 1 ? 1 : 2];
    expect(() => find('{$...*...*...*}', wide)).toThrow('JSONPath visits too many values');
  });

  it('ranges within ranges end', () => {
    expect(() => find('{range @}'.repeat(100))).toThrow('too many ranges within ranges');
  });

  it('filters within filters end', () => {
    expect(() => parseTemplate(`{${'[?(@'.repeat(200)}${')]'.repeat(200)}}`)).toThrow(PathSyntaxError);
  });

  it('no template throws anything but its own errors', () => {
    const piece = fc.constantFrom(
      '{',
      '}',
      '$',
      '@',
      '.',
      '..',
      '[',
      ']',
      '?(',
      ')',
      "'",
      '"',
      'v',
      'items',
      '*',
      ':',
      ',',
      '-1',
      '\\',
      ' ',
      'range',
      'end',
      '==',
      '\n',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 14 }), (pieces) => {
        try {
          find(pieces.join(''));
        } catch (error) {
          expect(error instanceof PathError || error instanceof PathSyntaxError).toBe(true);
        }
      }),
      { numRuns: 2_000 },
    );
  });
});

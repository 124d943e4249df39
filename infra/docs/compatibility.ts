/** docs/compatibility.md, made from docs/compatibility.yaml and the engine's deviations. */
import { parse } from 'yaml';
import * as z from 'zod';
import { DEVIATIONS } from '#core/rollout/deviations.ts';

const verdict = z.enum(['same', 'differs', 'unproven', 'later', 'absent']);
const tests = z.union([z.string(), z.array(z.string())]).transform((value) => [value].flat());

const fieldRow = z.strictObject({
  is: verdict,
  fields: z.array(z.string()).min(1),
  how: z.string().optional(),
  shown: tests.default([]),
  /** How the tests call it, where not by its name. */
  word: z.string().optional(),
});

const behaviourRow = z.strictObject({
  what: z.string(),
  is: verdict,
  how: z.string().optional(),
  spec: z.string().optional(),
  shown: tests.default([]),
});

const table = z.strictObject({
  fields: z.array(z.strictObject({ struct: z.string(), at: z.string(), rows: z.array(fieldRow).min(1) })),
  behaviours: z.array(z.strictObject({ title: z.string(), rows: z.array(behaviourRow).min(1) })),
});

export type Compatibility = z.infer<typeof table>;

/** @throws with every row that is not as it should be */
export function readCompatibility(yaml: string): Compatibility {
  return table.parse(parse(yaml));
}

const HEAD = `# What Weir does of Argo Rollouts

**same**: as Argo's controller does it · **differs**: otherwise, and how · **later**: a Rollout that asks for it is refused by name until
then, nothing of a manifest is ever skipped · **unproven**: written, without a test of its own yet · **absent**: not meant to come. [Q] marks quirks of Argo's that are kept because people or
tools may depend on them. Sections are those of the behaviour specification that the engine follows.

This page is made from [compatibility.yaml](compatibility.yaml) by \`npm run docs:compatibility\`; tests read the table.
`;

export function compatibilityPage({ fields, behaviours }: Compatibility): string {
  const parts = [
    HEAD,
    deviationPart(),
    ...behaviours.map(behaviourPart),
    '## Fields\n\nBy the struct that has them. What is not said to differ is read and written as Argo does.\n',
    ...fields.map(structPart),
  ];
  return parts.join('\n');
}

function deviationPart(): string {
  const rows = DEVIATIONS.map(({ id, section, argo, weir, shown }) =>
    cells([`\`${id}\``, argo, weir, section, testsText(shown)]),
  );
  return heading('Where Weir knowingly differs', ['Name', 'Argo Rollouts', 'Weir', 'Section', 'Shown by'], rows);
}

function behaviourPart({ title, rows }: Compatibility['behaviours'][number]): string {
  const lines = rows.map(({ what, is, how = '', spec = '', shown }) => cells([what, is, how, spec, testsText(shown)]));
  return heading(title, ['What', 'Weir', 'How', 'Section', 'Shown by'], lines);
}

function structPart({ struct, at, rows }: Compatibility['fields'][number]): string {
  const lines = rows
    .flatMap(({ fields, ...row }) => fields.map((field) => ({ ...row, field })))
    .toSorted((a, b) => (a.field < b.field ? -1 : 1))
    .map(({ field, is, how = '', shown }) => cells([`\`${field}\``, is, how, testsText(shown)]));
  return `#${heading(`${struct} (\`${at}\`)`, ['Field', 'Weir', 'How', 'Shown by'], lines)}`;
}

function heading(title: string, head: readonly string[], rows: readonly string[]): string {
  return [`## ${title}`, '', cells(head), `|${head.map(() => '---|').join('')}`, ...rows, ''].join('\n');
}

function cells(texts: readonly string[]): string {
  return `| ${texts.map((text) => text.replaceAll('|', '\\|')).join(' | ')} |`;
}

function testsText(files: readonly string[]): string {
  return files.map((file) => `\`${file.replace(/^test\//, '')}\``).join(', ');
}

/** The documentation of the rules, made from their table: docs/lint.md. */
import type { Severity } from './finding.ts';
import type { RuleText } from './rule.ts';
import { BROKEN_FILE, RULES } from './rules.ts';

const HEAD = `# What weir lint tells

\`weir lint FILE…\` looks at Rollouts, AnalysisTemplates, ClusterAnalysisTemplates, AnalysisRuns and Experiments in YAML and JSON
files, folders and standard input (\`-\`). What they name is looked for among the given files: give those that belong together at
once. Each finding says file, line, column, the rule and the fix; \`--format json\` says the same to scripts. Exit code 0: no errors
(with \`--strict\`: no warnings either), 2: some, 1: the files could not be read.

This page is made from the table of the rules: \`weir lint --rules > docs/lint.md\`.
`;

const SECTIONS: readonly (readonly [Severity, string])[] = [
  ['error', '## Errors: it is refused, or can never work'],
  ['warning', '## Warnings: it works until it bites'],
  ['info', '## For your information'],
];

export function rulesPage(): string {
  const rules: readonly RuleText[] = [BROKEN_FILE, ...RULES];
  const sections = SECTIONS.map(([severity, title]) => {
    const rows = rules.filter((rule) => rule.severity === severity).map(row);
    return [title, '', '| Rule | What is told | Because |', '|---|---|---|', ...rows].join('\n');
  });
  return [HEAD, ...sections.map((section) => `${section}\n`)].join('\n');
}

function row({ id, tells, because }: RuleText): string {
  return `| \`${id}\` | ${tells} | ${because} |`;
}

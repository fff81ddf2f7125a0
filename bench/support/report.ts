/** A goal and how it came out in this run. Figures are printed and kept, never asserted. */
export interface Goal {
  readonly goal: string;
  readonly result: string;
  /** Null: not measured here, and `result` says why. */
  readonly met: boolean | null;
}

export interface Table {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** What a bench gives back. */
export interface Report {
  readonly title: string;
  readonly tables: readonly Table[];
  readonly goals: readonly Goal[];
  /** What a reader must know to read the figures rightly. */
  readonly remarks: readonly string[];
}

export interface BenchOptions {
  /** Few rounds and small sizes: shows that a bench runs, says nothing about speed. */
  readonly quick: boolean;
  /** Folder that the CPU profile of the measured process goes to; null: none is taken. */
  readonly profileTo: string | null;
}

/** One bench: a question, answered by the product and its limit by turns. */
export type Bench = (options: BenchOptions) => Promise<Report>;

/** Digits that a reader can use: three significant ones. */
export function figure(value: number): string {
  if (!Number.isFinite(value)) return '-';
  const size = Math.abs(value);
  return value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : size >= 0.1 ? 2 : 3);
}

/** A goal of the form "at most". */
export const atMost = (goal: string, value: number, most: number, result: string): Goal => ({
  goal,
  result,
  met: value <= most,
});

/** A goal of the form "at least". */
export const atLeast = (goal: string, value: number, least: number, result: string): Goal => ({
  goal,
  result,
  met: value >= least,
});

const verdict = (met: boolean | null): string =>
  met === null ? 'not measured' : met ? 'met' : 'MISSED';

const line = (cells: readonly string[]): string =>
  `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;

function markdownTable(columns: readonly string[], rows: Table['rows']): string {
  return [line(columns), line(columns.map(() => '---')), ...rows.map(line)].join('\n');
}

/** The report as it is committed: no dates, no paths of the machine. */
export function markdown(report: Report, facts: readonly string[]): string {
  const goals = report.goals.map(({ goal, result, met }) => [goal, result, verdict(met)]);
  const parts = [
    `# ${report.title}`,
    ...(goals.length > 0 ? [markdownTable(['goal', 'result', 'verdict'], goals)] : []),
    ...report.tables.flatMap(({ title, columns, rows }) => [
      `## ${title}`,
      markdownTable(columns, rows),
    ]),
    ...(report.remarks.length > 0 ? [report.remarks.map((each) => `- ${each}`).join('\n')] : []),
    '## Machine',
    facts.map((fact) => `- ${fact}`).join('\n'),
  ];
  return `${parts.join('\n\n')}\n`;
}

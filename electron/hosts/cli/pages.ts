import { sayCount } from '../../../shared/text/counted.ts';
import type { CommandContext } from './command-context.ts';

export interface PageOptions {
  readonly limit?: number;
  readonly after?: string;
  readonly all?: boolean;
}

interface Page<Row> {
  readonly rows: readonly Row[];
  readonly next: string | null;
}

/**
 * Reads one page, or with `--all` every page one after the other. `next` is null once everything
 * was read.
 */
export async function readPages<Row>(
  options: PageOptions,
  read: (page: { limit?: number; after: string | null }) => Promise<Page<Row>>,
): Promise<{ rows: Row[]; next: string | null }> {
  const limit = options.limit === undefined ? {} : { limit: options.limit };
  const first = await read({ ...limit, after: options.after ?? null });
  const rows = [...first.rows];
  let { next } = first;
  while (options.all === true && next !== null) {
    const page = await read({ ...limit, after: next });
    rows.push(...page.rows);
    next = page.next;
  }
  return { rows, next };
}

/** Tells that there is more, beside the result. */
export function tellMore(
  context: CommandContext,
  shown: number,
  total: number | null,
  next: string | null,
): void {
  if (next === null) return;
  const of = total === null ? '' : ` of ${sayCount(total)}`;
  context.remark(`${sayCount(shown)}${of} shown. The next: --after ${next}   everything: --all`);
}

import { OperationError } from '../../../../shared/errors/operation-error.ts';
import { type CopyProof, copyProofs, proofVerdict } from '../../../../shared/text/key-looks.ts';
import type { CommandContext } from '../command-context.ts';
import { askingForPin } from '../interactive.ts';
import type { OutputFor } from '../operations.ts';
import { readPages } from '../pages.ts';
import { keyDetailText } from '../render/lists.ts';
import { styleFor } from '../render/moments.ts';
import { clean, paint } from '../screen.ts';
import type { Session } from '../session.ts';

export interface ProveOptions {
  readonly group?: string;
}

/** `key prove KEY` or `key prove --group GROUP`: opens what is kept here; AWS is not asked. */
export async function prove(
  context: CommandContext,
  key: string | undefined,
  { group }: ProveOptions,
): Promise<void> {
  if ((key === undefined) === (group === undefined)) {
    const problem = 'name one key, or a group with --group';
    throw new OperationError('BAD_INPUT', { field: 'command line', problem });
  }
  const session = await context.opened();
  if (group !== undefined) {
    await askingForPin(context, session, () => proveGroup(context, session, group));
    return;
  }
  const output = await askingForPin(context, session, () =>
    session.call('key.prove', { key: key ?? '' }),
  );
  context.show(output, (shown) => keyDetailText(shown, styleFor(context.screen)));
}

interface Proofs {
  readonly copies: readonly { readonly key: string; readonly proof: CopyProof }[];
}

/** Every key of a group; one whose copy differs ends the command as a failure once all were opened. */
async function proveGroup(context: CommandContext, session: Session, group: string): Promise<void> {
  const { rows } = await readPages({ all: true, limit: 500 }, async (page) => {
    const answer = await session.call('key.list', { ...page, group });
    return { rows: answer.keys, next: answer.next };
  });
  const copies: { key: string; proof: CopyProof }[] = [];
  for (const key of rows.toSorted((a, b) => b.version - a.version)) {
    copies.push({ key: key.reference, proof: await proofOf(session, key) });
  }
  context.show<Proofs>({ copies }, proofsText);
  if (copies.some(({ proof }) => proof === 'differs'))
    throw new OperationError('HSM_KEY_DIFFERS', {});
}

async function proofOf(
  session: Session,
  key: OutputFor<'key.list'>['keys'][number],
): Promise<CopyProof> {
  try {
    await session.call('key.prove', { key: key.id });
    return 'proved';
  } catch (error) {
    if (error instanceof OperationError && error.code === 'HSM_KEY_DIFFERS') return 'differs';
    throw error;
  }
}

function proofsText({ copies }: Proofs): string {
  return [
    ...copies.map(({ key, proof }) => {
      const { glyph, word, tone } = copyProofs[proof];
      return `${paint(tone, glyph)} ${clean(key)}  ${word}`;
    }),
    proofVerdict(copies.map(({ proof }) => proof)),
  ].join('\n');
}

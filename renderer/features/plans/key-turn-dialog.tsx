import type { KeyTurn } from '../../../shared/model/key-turn.ts';
import { isolate, quote } from '../../../shared/text/isolate.ts';
import { keyTurnWords } from '../../../shared/text/key-turn.ts';
import type { DialogProps } from '../../dialogs.tsx';
import { useDialogs } from '../../state/dialogs.ts';
import { useKept } from '../../state/kept.ts';
import { useDeed, useRead } from '../../state/reads.ts';
import { PlanDialog } from './plan-dialog.tsx';
import { TypeTheName } from './type-the-name.tsx';
import { usePlan } from './use-plan.ts';

const calls = {
  disable: { plan: 'key.planDisable', start: 'key.disable' },
  enable: { plan: 'key.planEnable', start: 'key.enable' },
} as const satisfies Record<KeyTurn, unknown>;
const doing: Readonly<Record<KeyTurn, string>> = {
  disable: 'Already disabling it',
  enable: 'Already enabling it',
};

/** The plan of Disable in AWS, and of its way back. */
export function KeyTurnDialog({ dialog, close }: DialogProps<'turn-key'>) {
  const { key, turn } = dialog;
  const [typed, setTyped] = useKept(dialog, () => '', 'typed');
  const replace = useDialogs((state) => state.replace);
  const known = useRead('key.show', { key }).data ?? null;
  const planning = usePlan(calls[turn].plan, { key });
  const start = useDeed(calls[turn].start);
  const words = keyTurnWords[turn];
  const confirmName = planning.plan?.confirmName ?? null;
  const takesAway = turn === 'disable';
  return (
    <PlanDialog
      dialog={dialog}
      close={close}
      planning={planning}
      about={{ groupId: known?.groupId ?? null, keyId: key }}
      doing={doing[turn]}
      careful={takesAway}
      takesAway={takesAway}
      missing={
        confirmName !== null && typed !== confirmName ? `Type ${isolate(confirmName)} first.` : null
      }
      first={{
        title:
          known === null
            ? `${takesAway ? 'Disable' : 'Enable'} this key in AWS?`
            : words.title(quote(known.groupName), known.version),
        subject: known?.remote ? `${known.remote.account} · ${known.remote.region}` : '',
        sentence: words.sentence,
      }}
      start={{
        busy: start.busy,
        failure: start.failure,
        forget: start.forget,
        run: async ({ number }) => {
          const confirm = confirmName === null ? {} : { confirm: typed };
          const begun = await start.run({ key, plan: number, ...confirm });
          if (begun) replace({ kind: 'job', job: begun.jobId });
        },
      }}
      {...(confirmName === null
        ? {}
        : { before: <TypeTheName name={confirmName} typed={typed} onChange={setTyped} /> })}
    />
  );
}

import type { RehearsalName, RehearsalStep } from '../model/rehearsals.ts';

/** What a rehearsal works with, as commands name it. */
export interface RehearsalPlace {
  readonly group: string;
  /** Its newest key, as GROUP/VERSION. */
  readonly key: string;
}

type Commands<Name extends RehearsalName> = Readonly<
  Record<RehearsalStep<Name>, (at: RehearsalPlace) => string>
>;

/** What to type for each step where there is no window. */
export const rehearsalCommands: { readonly [Name in RehearsalName]: Commands<Name> } = {
  'lost-answer': {
    rotate: ({ group }) => `keyreeve group force-rotate ${group} --detach`,
    lost: () => `keyreeve practice calls --outcome struck`,
    crash: () => `keyreeve practice crash`,
    recovered: () => `keyreeve keystore unlock`,
    once: () => `keyreeve practice calls --outcome changed`,
  },
  expired: {
    rotate: ({ group }) => `keyreeve group force-rotate ${group}`,
    advance: () => `keyreeve practice advance 31`,
    noticed: ({ key }) => `keyreeve key check ${key}`,
    back: ({ key }) => `keyreeve key synchronize ${key} --valid-to never`,
  },
  deleted: {
    rotate: ({ group }) => `keyreeve group force-rotate ${group}`,
    delete: ({ key }) => `keyreeve key synchronize ${key} --delete-material`,
    back: ({ key }) => `keyreeve key synchronize ${key}`,
    same: () => `keyreeve practice calls --outcome changed`,
  },
  permission: {
    rotate: ({ group }) => `keyreeve group force-rotate ${group}`,
    refused: () => `keyreeve job list`,
    allowed: () => `keyreeve practice refusals, then practice allow PRINCIPAL STATEMENT`,
    done: () => `keyreeve job continue NUMBER`,
  },
};

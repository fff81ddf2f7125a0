/** The guided rehearsals and their steps, in order. What each says: shared/text/rehearsals.ts. */
export const rehearsalSteps = {
  'lost-answer': ['rotate', 'lost', 'crash', 'recovered', 'once'],
  expired: ['rotate', 'advance', 'noticed', 'back'],
  deleted: ['rotate', 'delete', 'back', 'same'],
  permission: ['rotate', 'refused', 'allowed', 'done'],
} as const satisfies Record<string, readonly string[]>;

export type RehearsalName = keyof typeof rehearsalSteps;
export type RehearsalStep<Name extends RehearsalName = RehearsalName> =
  (typeof rehearsalSteps)[Name][number];

export const rehearsalNames = Object.keys(rehearsalSteps) as [RehearsalName, ...RehearsalName[]];

/** `left`: it can be taken up again; the mischief it had set is undone. */
export const rehearsalStates = ['new', 'under-way', 'left', 'done'] as const;
export type RehearsalState = (typeof rehearsalStates)[number];

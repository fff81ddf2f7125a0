/** What a person does to the state of a key in AWS, and takes back by the other. */
export type KeyTurn = 'disable' | 'enable';

/** Kinds of their jobs. `key.disable` is another: it comes some days after a rotation. */
export const keyTurnJobs = {
  disable: 'key.disable-now',
  enable: 'key.enable',
} as const satisfies Record<KeyTurn, string>;

import type { KeyTurn } from '../model/key-turn.ts';

/** Disable in AWS and Enable in AWS, in words: the same before a plan was read and in it. */
export const keyTurnWords: Readonly<
  Record<
    KeyTurn,
    {
      /** `group` stands in quotes already. */
      readonly title: (group: string, version: number) => string;
      readonly sentence: string;
      readonly button: (version: number) => string;
      readonly goBack: string;
    }
  >
> = {
  disable: {
    title: (group, version) => `Disable ${group}, version ${version}, in AWS?`,
    sentence:
      'AWS refuses every use of this key until it is enabled again. Nothing is deleted, here or there.',
    button: (version) => `Disable version ${version} in AWS`,
    goBack: 'Enable in AWS, one call',
  },
  enable: {
    title: (group, version) => `Enable ${group}, version ${version}, in AWS?`,
    sentence: 'AWS uses this key again, as before it was disabled.',
    button: (version) => `Enable version ${version} in AWS`,
    goBack: 'Disable in AWS, one call',
  },
};

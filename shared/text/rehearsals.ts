import { sayCount } from './counted.ts';
import type { RehearsalName, RehearsalState, RehearsalStep } from '../model/rehearsals.ts';
import type { StateText } from './states.ts';

interface StepText {
  readonly title: string;
  /** What to do, and where. */
  readonly doing: string;
  /** What to look at, and by what the step ticks. */
  readonly look: string;
  /** The button that goes there. */
  readonly button: string;
}

type RehearsalText<Name extends RehearsalName> = {
  readonly title: string;
  /** What is learned. */
  readonly lead: string;
  /** What beginning it sets up. */
  readonly sets: string;
  readonly end: string;
  readonly steps: Readonly<Record<RehearsalStep<Name>, StepText>>;
};

/** What the guided rehearsals say. */
export const rehearsalTexts: { readonly [Name in RehearsalName]: RehearsalText<Name> } = {
  'lost-answer': {
    title: 'Lose the answer of AWS, then crash',
    lead: 'A rotation loses an answer and then its process. It goes on by itself and makes nothing twice.',
    sets: 'It adds a key group and sets two faults: the reply to CreateKey is lost, and ImportKeyMaterial hangs.',
    end: 'That is how Keyreeve meets every lost answer: it looks before it acts again.',
    steps: {
      rotate: {
        title: 'Rotate the key group',
        doing: 'Open Force Rotate, read its plan and start it.',
        look: 'The job begins, and its steps can be watched.',
        button: 'Open Force Rotate',
      },
      lost: {
        title: 'See the answer get lost',
        doing: 'Open the job and look at its first steps in AWS.',
        look: 'CreateKey took effect and no answer came. Keyreeve searched for the key by its marker and found it.',
        button: 'Show the job',
      },
      crash: {
        title: 'Crash Keyreeve in the middle',
        doing: 'The job hangs at ImportKeyMaterial. End the process that holds this keystore.',
        look: 'The window shows the unlock page at once. What was in memory is gone.',
        button: 'Crash Keyreeve…',
      },
      recovered: {
        title: 'Unlock, and watch the job go on',
        doing: 'After unlocking, the job goes on by itself from where it stopped.',
        look: 'The job is done. Its steps say what was looked up before anything was done again.',
        button: 'Show the job',
      },
      once: {
        title: 'Check that nothing was made twice',
        doing: 'Look at the calls that changed something.',
        look: 'CreateKey is there once, with “response lost” beside it.',
        button: 'Show the calls',
      },
    },
  },
  expired: {
    title: 'Let key material expire, and bring it back',
    lead: 'AWS deletes imported material on its date. The saved copy brings it back under the same key ID.',
    sets: 'It adds a key group whose material AWS deletes after 30 days.',
    end: 'The practice clock stays where it is: only a reset puts it back.',
    steps: {
      rotate: {
        title: 'Rotate the key group',
        doing: 'Open Force Rotate and start it.',
        look: 'The key is in AWS, with the date on which AWS deletes its material.',
        button: 'Open Force Rotate',
      },
      advance: {
        title: 'Move the practice clock past that date',
        doing: 'The dialog says what expires before you move the clock.',
        look: 'The material is gone from AWS. Real time does not move.',
        button: 'Move the clock…',
      },
      noticed: {
        title: 'Let Keyreeve notice',
        doing: 'Check the key: Keyreeve asks AWS how it is now.',
        look: 'The key shows “Material gone”.',
        button: 'Check the key',
      },
      back: {
        title: 'Bring the material back',
        doing:
          'In Synchronize choose that AWS deletes it: Never, for the practice clock is past the usual date. Then import.',
        look: 'AWS accepts the same material under the same key ID. The key is enabled again.',
        button: 'Open Synchronize',
      },
    },
  },
  deleted: {
    title: 'Delete key material, and synchronize',
    lead: 'Material that is gone from AWS comes back from the saved copy; nothing else would decrypt the data.',
    sets: 'It adds a key group.',
    end: 'A copy in AWS can be deleted and sent again at any time, as long as this keystore has the key.',
    steps: {
      rotate: {
        title: 'Rotate the key group',
        doing: 'Open Force Rotate and start it.',
        look: 'The key is in AWS with its material.',
        button: 'Open Force Rotate',
      },
      delete: {
        title: 'Delete the material from AWS',
        doing:
          'In Synchronize tick Delete Key Material only, type the name it asks for, and delete.',
        look: 'The key shows “Material gone”. In AWS nothing decrypts under it now.',
        button: 'Open Synchronize',
      },
      back: {
        title: 'Send the saved copy again',
        doing: 'Open Synchronize again. Import Key Material is ticked already.',
        look: 'The key is enabled again, under the same key ID.',
        button: 'Open Synchronize',
      },
      same: {
        title: 'Check that it is the same material',
        doing: 'Look at the calls that changed something.',
        look: 'The material ID that came back is the one that was deleted.',
        button: 'Show the calls',
      },
    },
  },
  permission: {
    title: 'Find the missing permission',
    lead: 'A rotation stops at something its user may not do. You find out what, allow it, and the job goes on.',
    sets: 'It adds a user of the practice account that lacks one permission, its credential, and a key group.',
    end: 'With AWS the same is done by whoever may change its IAM policies.',
    steps: {
      rotate: {
        title: 'Rotate the key group',
        doing: 'Open Force Rotate and start it.',
        look: 'The job begins, with the credential of a user that lacks something.',
        button: 'Open Force Rotate',
      },
      refused: {
        title: 'See where it stops',
        doing: 'Open the job. It needs you.',
        look: 'The failure names what AWS did not allow, word for word.',
        button: 'Show the job',
      },
      allowed: {
        title: 'Allow what is missing',
        doing: 'Choose the newest refusal, read its explanation, and add the statement it names.',
        look: 'The user may do it now.',
        button: 'Show the refusals',
      },
      done: {
        title: 'Let the job go on',
        doing: 'Continue the job from where it stopped.',
        look: 'The job is done.',
        button: 'Show the job',
      },
    },
  },
};

/** What was found that ticks a step, or stands in its way. */
export const rehearsalFindings = {
  again: 'The faults are no longer set. Press “Begin anew”.',
  job: (number: number) => `Job ${number} was started.`,
  lost: 'The reply to CreateKey was lost after the key was made.',
  crashed: 'The process was ended in the middle of the job.',
  jobDone: (number: number) => `Job ${number} is done.`,
  needsYou: (number: number) => `Job ${number} needs you: open it and continue it.`,
  once: (keyId: string) => `One KMS key was made: ${keyId}.`,
  made: (count: number) => `${sayCount(count)} KMS keys were made since you began.`,
  version: (version: number) => `Version ${version} is in AWS.`,
  noDate: (version: number) =>
    `Version ${version} has no date on which AWS deletes it. Rotate again.`,
  expired: 'The practice KMS deleted the material on its date.',
  noticed: 'Keyreeve knows that the material is gone.',
  back: 'The material is in AWS again.',
  deleted: 'The practice KMS deleted the material.',
  same: (materialId: string) => `Material ${materialId.slice(0, 12)}… came back.`,
  refused: 'The practice KMS refused the call.',
  allowed: 'The user may do it now.',
  ended: 'The job has ended. Press “Begin anew”.',
} as const;

export const rehearsalStateTexts = {
  new: { glyph: '-', word: 'Not begun', tone: 'quiet' },
  'under-way': { glyph: '▸', word: 'Under way', tone: 'busy' },
  left: { glyph: '-', word: 'Left', tone: 'quiet' },
  done: { glyph: '✓', word: 'Done', tone: 'good' },
} as const satisfies Record<RehearsalState, StateText>;

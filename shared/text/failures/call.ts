import { isFinal, jobStates, type JobState } from '../../model/job.ts';
import type { DetailReader, Wording } from '../wording.ts';

const isJobState = (text: string): text is JobState =>
  (jobStates as readonly string[]).includes(text);

const reviewReasons: Readonly<Record<string, string>> = {
  inherited:
    'It comes from another copy of the keystore, which may have finished it. It was not run.',
  'interrupted-twice': 'It was interrupted twice at the same step. Steps done before stand.',
  'went-in-circles': 'It repeated the same steps without getting on. Steps done before stand.',
};

/** What was looked for, as a person calls it. */
const thing = (d: DetailReader): string => {
  const what = d.text('what', d.text('kind', ''), 20);
  if (what !== '') return what === 'due' ? 'deed due' : what;
  return d.when('file', () => 'file', 'such thing');
};

/** How a person names what has no name and path of its own. */
const called: Readonly<Record<string, string>> = {
  job: 'number',
  version: 'number',
  'request for approval': 'number',
  approver: 'name or id',
  key: 'group and version, as in payments/3, or its id',
};

const scanAgain =
  'Find in AWS again: the last few are kept, and only until the keystore is locked.';

const socketPart = (d: DetailReader): string => d.text('path', 'its socket', 160);
const anew = 'End the daemon or console that holds the keystore, and start it again.';

/** A socket, its folder or its token that is not as this account made it. */
const socketNext: Readonly<Record<string, string>> = {
  'it is open to others': 'Find out why; then close it to them: chmod go-rwx.',
  'it has no right token': anew,
  'it did not prove itself': anew,
};

/** Wording for calls that were refused before or instead of running. */
export const callWording = {
  BAD_INPUT: {
    headline: (d) => `Something in this request is not right${d.when('field', (f) => `: ${f}`)}.`,
    forYourKeys: 'Nothing was changed.',
    next: (d) => {
      const problem = d.first('problems', 'problem').replace(/\.$/, '');
      if (problem !== '') return `Correct it: ${problem}.`;
      return `Correct it${d.because('why')} and send it again.`;
    },
  },
  NO_SUCH_OPERATION: {
    headline: 'Keyreeve does not know this request.',
    forYourKeys: 'Nothing was changed.',
    next: 'Use the same version of Keyreeve on both sides.',
  },
  CALLER_NOT_TRUSTED: {
    headline: (d) =>
      d.has('path')
        ? "The way to the keystore's process is not this account's alone."
        : 'The caller could not prove who it is.',
    forYourKeys: (d) =>
      d.has('path')
        ? `Nothing was asked, read or changed: ${socketPart(d)}${d.because('reason').replace(':', ',')}.`
        : 'Nothing was read or changed. The attempt is in the audit log when one is open.',
    next: (d) =>
      socketNext[d.text('reason', '')] ??
      'Run the command as the account that holds the keystore open.',
  },
  CONNECTION_LOST: {
    headline: 'The connection to the keystore broke before an answer came.',
    forYourKeys:
      'What was asked may have happened or not. Jobs that were running go on by themselves.',
    next: 'Wait until the window is connected again, then look before you ask again.',
  },
  CONSOLE_NOT_ALLOWED: {
    headline: 'This keystore may not be opened in the browser console.',
    forYourKeys: 'It stays locked here. Nothing was changed.',
    next: 'Its owner allows it from the desktop, or with "keyreeve setting change --allow-console".',
  },
  CONFIRMATION_NEEDED: {
    headline: 'This waits for a clear yes.',
    forYourKeys: (d) => {
      const warning = d.text('warning', '', 200);
      // Whole: what is said yes to is no name, and its consequence comes last.
      const what = d.text('what', '', 600).replace(/\.$/, '');
      return `Nothing was changed.${what && ` It would ${what}.`}${warning && ` ${warning}`}`;
    },
    next: (d) =>
      `Read what it does, then confirm it (on the command line: ${d.text('option', '--yes')}).`,
  },
  NOT_FOUND: {
    headline: (d) =>
      `There is no ${thing(d)} by that ${called[thing(d)] === 'number' ? 'number' : 'name'} here.`,
    forYourKeys: 'Nothing was changed.',
    next: (d) =>
      d.when('file', (file) => `Check the path ${file}.`) ||
      (thing(d) === 'scan' ? scanAgain : '') ||
      `Look for ${d.quoted('reference', 'it')} in the list and use its ${called[thing(d)] ?? 'name, path or id'}.`,
  },
  AMBIGUOUS_NAME: {
    headline: (d) =>
      d.has('stores')
        ? 'That folder holds backups of more than one keystore.'
        : 'More than one thing has that name.',
    forYourKeys: 'Nothing was changed.',
    next: (d) =>
      d.when('stores', () => 'Name the folder of one: its name ends with the store id.') ||
      `Say which one: give the path or the id in place of ${d.quoted('reference', d.quoted('text', 'the name'))}.`,
  },
  NAME_TAKEN: {
    headline: 'That name is taken.',
    forYourKeys: 'Nothing was changed.',
    next: (d) => `Choose another name than ${d.quoted('name', d.quoted('label', 'this one'))}.`,
  },
  PLAN_CHANGED: {
    headline: 'Things changed since the plan was made.',
    forYourKeys: 'Nothing was run: what would happen now is not what the plan said.',
    next: 'Read the new plan and start it by its own number.',
  },
  NOTHING_TO_DO: {
    headline: (d) =>
      d.text('undone', '') === 'disabled'
        ? `The key was enabled again: ${d.text('alias', 'an alias')} names it.`
        : d.has('undone')
          ? 'The KMS key stays: it came into use.'
          : 'There is nothing to do.',
    forYourKeys: (d) =>
      d.text('undone', '') === 'disabled'
        ? 'The alias came to name it as it was disabled: what goes by that alias failed until then.'
        : d.has('undone')
          ? `Its deletion was scheduled and taken back${d.because()}.`
          : `Nothing was changed${d.because()}.`,
    next: (d) =>
      d.when(
        'alias',
        (alias) =>
          `If it is to be disabled all the same, let ${alias} name another key, then use Disable in AWS.`,
        'Leave it as it is, or choose another change.',
      ),
  },
  NEEDS_DAEMON: {
    headline: 'No daemon or console holds this keystore open.',
    forYourKeys: 'Nothing was changed and no passphrase was kept.',
    next: (d) =>
      d.has('detach')
        ? 'Start one with "keyreeve daemon", or leave out --detach: then the command opens the keystore by itself and waits.'
        : 'Start one with "keyreeve daemon" or "keyreeve console", unlock the keystore there, then try again.',
  },
  NEEDS_CONSOLE: {
    headline: 'No console holds this keystore.',
    forYourKeys: 'Nothing was read or changed.',
    next: 'Start one with "keyreeve console": it prints a link itself.',
  },
  PORT_TAKEN: {
    headline: (d) => `Another program of this computer listens on port ${d.text('port', '?')}.`,
    forYourKeys: 'Nothing was opened.',
    next: 'Choose another with "--port", or leave it out: then any free one is taken.',
  },
  HOLDER_GONE: {
    headline: 'The process that held the keystore went away before it answered.',
    forYourKeys: 'Finished steps are saved. An unfinished one is looked at before it runs again.',
    next: 'Unlock the keystore and look at its jobs.',
  },
  KEYSTORE_RENEWING: {
    headline: 'Keyreeve is just emptying its memory after a lock.',
    forYourKeys: 'What was asked for was not begun, and what was typed is forgotten.',
    next: 'Ask again in a moment.',
  },
  CANCELLED_BY_PERSON: {
    headline: 'Stopped by hand.',
    forYourKeys: 'Steps that were done before stay done; no further step was begun.',
    next: 'Start again when ready.',
  },
  INTERNAL: {
    headline: 'Keyreeve met something it was not built for.',
    forYourKeys:
      'Each finished step is saved. An unfinished one is looked at before it runs again.',
    next: 'Save the log and report this; then lock and unlock the keystore.',
  },
  ALREADY_RUNNING: {
    headline: (d) =>
      d.has('otherwise')
        ? `It is so now, but job ${d.text('job', '')} is to change it.`
        : d.has('store')
          ? 'A job of this external key store is under way.'
          : d.has('group')
            ? 'A job of this group is under way.'
            : 'The same deed is already under way.',
    forYourKeys: (d) =>
      d.when(
        'otherwise',
        (title) => `Nothing was changed. That job is not over: ${title}.`,
        d.has('store')
          ? 'Nothing was changed: the job builds on the store as it is, and may have made in AWS what needs it.'
          : d.has('group')
            ? 'Nothing was changed: the job builds on the group as it is.'
            : 'No second one was started.',
      ),
    next: (d) => {
      const job = d.text('job', '');
      if (d.has('otherwise'))
        return `Cancel job ${job} to keep it as it is now; or wait until it has ended, then try again.`;
      if (!d.has('store') && !d.has('group'))
        return `Watch ${d.when('job', (number) => `job ${number}`, 'the running job')}.`;
      return d.has('needsYou')
        ? `Continue job ${job}, which needs you, or cancel it; then try again.`
        : `Wait until job ${job} has ended, or cancel it; then try again.`;
    },
  },
  JOB_NOT_CANCELLABLE: {
    headline: (d) =>
      d.when(
        'job',
        (job) => `Job ${job} can no longer be cancelled.`,
        'This job can no longer be cancelled.',
      ),
    forYourKeys: (d) =>
      d.text('reason', '') === 'committed'
        ? 'Its deed is done, and applications go by it: only what follows from it is left.'
        : 'It has ended: what it did stands.',
    next: 'Open the job and see what it did.',
  },
  JOB_NOT_WAITING_FOR_YOU: {
    headline: 'This job does not wait for anybody.',
    forYourKeys: 'Nothing was changed.',
    next: (d) => {
      const state = d.text('state', '');
      if (isJobState(state) && isFinal(state)) return 'It has ended. Open it and see what it did.';
      return `It goes on by itself in a window, console or daemon; on the command line by "keyreeve job watch${d.when('job', (job) => ` ${job}`)}".`;
    },
  },
  JOB_NEEDS_REVIEW: {
    headline: 'This job waits until a person has looked at it.',
    forYourKeys: (d) => reviewReasons[d.text('reason', '')] ?? 'Steps done before stand.',
    next: 'Compare what it is about with AWS, then continue or cancel it.',
  },
  JOB_UNREADABLE: {
    headline: 'A saved job cannot be read.',
    forYourKeys: 'It was set aside, not deleted. Other jobs of the group wait behind it.',
    next: 'Compare the group with AWS, then cancel the job.',
  },
} as const satisfies Record<string, Wording>;

import type { Command } from 'commander';
import { Option } from 'commander';
import type { OutputFor } from '../operations.ts';
import { facts } from '../table.ts';
import type { Run } from './noun.ts';
import {
  addMischief,
  addPeopleVerbs,
  addRehearsalVerbs,
  addSettingVerbs,
} from './practice-room.ts';

/** `practice …`: the process here, what it does beside it. */
export function addVerbs(noun: Command, run: Run): void {
  addProcessVerbs(noun, run);
  addSettingVerbs(noun, run);
  addMischief(noun, run);
  addPeopleVerbs(noun, run);
  addRehearsalVerbs(noun, run);
}

function addProcessVerbs(noun: Command, run: Run): void {
  noun
    .command('status')
    .description('say whether the practice KMS of this keystore is running')
    .action(() =>
      run(async (context) => {
        const session = await context.opened();
        context.show(await session.call('practice.status', {}), practiceText);
      }),
    );
  noun
    .command('start')
    .description('start it in the daemon or console, with what it held before')
    .action(() =>
      run(async (context) => {
        const session = await context.opened();
        context.show(await session.call('practice.start', {}), practiceText);
      }),
    );
  noun
    .command('stop')
    .description('stop it; what it holds stays in its file')
    .action(() =>
      run(async (context) => {
        const session = await context.opened();
        context.show(await session.call('practice.stop', {}), practiceText);
      }),
    );
  noun
    .command('set-up')
    .description('practice KMS, credential and a place for keys, in the daemon or console')
    .addOption(
      new Option('--keys-in <place>', 'where keys are made')
        .choices(['softhsm', 'software'])
        .default('softhsm'),
    )
    .action((options: { keysIn: 'softhsm' | 'software' }) =>
      run(async (context) => {
        const session = await context.opened();
        const output = await session.call('practice.setUp', { keysIn: options.keysIn });
        context.show(output, practiceText);
      }),
    );
}

function practiceText(status: OutputFor<'practice.status'>): string {
  const { url, ours, credential, account, calls, softHsm } = status;
  return facts([
    ['Practice KMS', url === null ? 'not running' : `${url}${ours ? '' : ', of another process'}`],
    ['Credential', credential ?? 'none'],
    ['Account', account ?? ''],
    ['Calls so far', calls === null ? '' : String(calls)],
    ['SoftHSM', softHsm ? 'on this computer' : 'not on this computer'],
  ]);
}

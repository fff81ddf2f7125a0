import { type Command, Option } from 'commander';
import { curves, keyBits, keyTypes, usageNames } from '../../../../shared/model/key-kinds.ts';
import { daysOrNever, planNumber, span, whole } from '../../transport/argv/values.ts';
import { OptionForField } from '../typed-names.ts';
import { staysAsItIs } from './edits.ts';
import type { AddOptions, EditOptions } from './group-save.ts';
import type { Run } from './noun.ts';

/** What is said of an option depends on what leaving it out does: take a default, or change nothing. */
function fieldOptions(command: Command, verb: 'add' | 'edit'): Command {
  const unless = (text: string): string => (verb === 'add' ? ` (${text})` : '');
  return command
    .option('--alias <name>', `nickname in AWS, without "alias/"${unless('else the name')}`)
    .option(
      '--mapping <mapping>',
      `container: each version is a KMS key of its own; material: all are in one KMS key, whose ID and ARN stay${verb === 'add' ? ' (container by default)' : '. Only before the first key'}`,
    )
    .option('--description <text>', 'what it is for; new KMS keys carry it')
    .option('--rotate', `rotate on schedule${unless('the default')}`)
    .option('--no-rotate', 'rotate by hand only')
    .option('--rotate-every <span>', 'e.g. "12 months" or "90 days"', span)
    .option('--keep-valid-for <span>', 'planned life of each key made here', span)
    .option(
      '--active-key-id <id>',
      'a KMS key that waits for import, taken by the first rotation; none: no such key',
    )
    .option('--policy <file>', 'key policy as a JSON file')
    .addOption(
      new OptionForField(
        '--aws-deletes-after <days>',
        '"never" or days (at most 365)',
        'awsDeletesMaterialAfterDays',
      ).argParser(daysOrNever),
    )
    .option('--disable-after-rotating', 'disable the former key after each rotation')
    .option('--no-disable-after-rotating', `leave the former key enabled${unless('the default')}`)
    .addOption(
      new OptionForField(
        '--disable-wait <days>',
        'how long to wait before disabling it (at most 365)',
        'disableWaitDays',
      ).argParser(whole),
    )
    .option('--folder <folder>', 'the folder it is in');
}

/** `group add|edit`. What they do is loaded when one of them is run. */
export function addEditVerbs(noun: Command, run: Run): void {
  fieldOptions(noun.command('add'), 'add')
    .argument('<name>')
    .description('add a key group: a container for keys and the template for new ones')
    .requiredOption('--credential <credential>', 'credential of the AWS account')
    .requiredOption('--region <region>', 'Region the KMS keys live in, e.g. eu-west-1')
    .addOption(
      new Option('--service <service>', 'where copies go').choices(['aws-kms']).default('aws-kms'),
    )
    .addOption(new Option('--key-type <type>', 'what is made').choices(keyTypes).default('AES'))
    .addOption(
      new Option(
        '--key-length <length>',
        'bits, or the curve of ECC (else 256, RSA 3072, ECC P-256)',
      ).choices([...keyBits.map(String), ...curves]),
    )
    .addOption(
      new Option(
        '--key-usage <usage>',
        'for good (else the first of these that fits the type)',
      ).choices(usageNames),
    )
    .addOption(
      new Option('--storage <where>', 'where keys are made and kept')
        .choices(['hsm', 'software'])
        .default('hsm'),
    )
    .action((name: string, options: AddOptions) =>
      run(async (context) => (await import('./group-save.ts')).add(context, name, options)),
    );
  fieldOptions(noun.command('edit'), 'edit')
    .argument('<group>')
    .description(`change a key group; no existing KMS key is touched. ${staysAsItIs}`)
    .option('--name <name>', 'its new name')
    .option('--credential <credential>', 'another credential')
    .option('--region <region>', 'another Region')
    .option('--no-policy', "go back to AWS's default policy")
    .option('--no-folder', 'move it out of all folders')
    .option(
      '--plan [number]',
      'show what it means and change nothing; with its number: do it',
      planNumber,
    )
    .option('--yes', 'change it after the effect was shown')
    .action((group: string, options: EditOptions) =>
      run(async (context) => (await import('./group-save.ts')).edit(context, group, options)),
    );
}

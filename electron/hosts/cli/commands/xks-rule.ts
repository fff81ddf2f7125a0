import { type Command, Option } from 'commander';
import type { RuleCondition } from '../../../../shared/model/xks.ts';
import { collect } from '../../transport/argv/values.ts';
import { rulesText, trialText } from '../render/xks.ts';
import { OptionForField } from '../typed-names.ts';
import type { Run } from './noun.ts';
import { type TargetOptions, targetOf, targetOptions } from './xks-target.ts';

const rulesModes = ['enforce', 'dry-run'] as const;
type RulesMode = (typeof rulesModes)[number];

/** By the name of its option. Patterns know * and ?. */
const conditions = {
  principal: 'awsPrincipalArn',
  kmsKey: 'kmsKeyArn',
  operation: 'kmsOperation',
  vpc: 'awsSourceVpc',
  vpce: 'awsSourceVpce',
  viaService: 'kmsViaService',
} as const satisfies Record<string, RuleCondition>;
export type Conditions = Partial<Record<keyof typeof conditions, readonly string[]>>;

/** What is asked about a request, as the field of the contract that is named takes it. */
export function conditionOptions(command: Command, field: 'when' | 'request'): Command {
  const option = (flags: string, about: string, name: RuleCondition): Option =>
    new OptionForField(flags, about, `${field}.${name}`).argParser(collect);
  return command
    .addOption(
      option('--principal <pattern>', 'ARN of the caller (may be repeated)', 'awsPrincipalArn'),
    )
    .addOption(option('--kms-key <pattern>', 'ARN of the KMS key (may be repeated)', 'kmsKeyArn'))
    .addOption(option('--operation <pattern>', 'KMS operation (may be repeated)', 'kmsOperation'))
    .addOption(option('--vpc <pattern>', 'source VPC (may be repeated)', 'awsSourceVpc'))
    .addOption(option('--vpce <pattern>', 'source VPC endpoint (may be repeated)', 'awsSourceVpce'))
    .addOption(
      option('--via-service <pattern>', 'AWS service acting for the caller', 'kmsViaService'),
    );
}

/** `xks rule list|add|remove|mode|try` */
export function addRuleVerbs(noun: Command, run: Run): void {
  noun
    .command('list')
    .argument('<store>')
    .description('list the rules of a store and of its keys')
    .action((store: string) =>
      run(async (context) => {
        const session = await context.opened();
        context.show(await session.call('xksRule.list', { store }), rulesText);
      }),
    );
  conditionOptions(targetOptions(noun.command('add')), 'when')
    .argument('<name>')
    .description('add a rule; without rules everything within the owner accounts is allowed')
    .addOption(
      new Option('--effect <effect>', 'what it does').choices(['allow', 'deny']).default('allow'),
    )
    .action((name: string, options: AddOptions) =>
      run(async (context) => {
        const session = await context.opened();
        const { effect } = options;
        const when = whenOf(options);
        const input = { ...targetOf(options), name, effect, when };
        const output = await session.call('xksRule.add', input);
        context.show(output, ({ id }) => `✓ ${name}: ${effect}  ${id}`);
      }),
    );
  noun
    .command('remove')
    .argument('<rule>', 'its name or id')
    .description('remove a rule')
    .action((rule: string) =>
      run(async (context) => {
        const session = await context.opened();
        context.show(await session.call('xksRule.remove', { rule }), () => '✓ Removed.');
      }),
    );
  targetOptions(noun.command('mode'))
    .addArgument(noun.createArgument('<mode>', 'whether they refuse').choices(rulesModes))
    .description('let rules refuse, or only say what they would have refused')
    .action((mode: RulesMode, options: TargetOptions) =>
      run(async (context) => {
        const session = await context.opened();
        const output = await session.call('xksRule.setMode', { ...targetOf(options), mode });
        context.show(output, () =>
          mode === 'enforce'
            ? '✓ Rules are enforced from now on.'
            : '✓ Rules are tried out: nothing is refused by them.',
        );
      }),
    );
  addTrial(noun, run);
}

type AddOptions = TargetOptions & Conditions & { readonly effect: 'allow' | 'deny' };

export const whenOf = (options: Conditions): Partial<Record<RuleCondition, string[]>> =>
  Object.fromEntries(
    Object.entries(conditions).flatMap(([option, name]) => {
      const patterns = options[option as keyof typeof conditions];
      return patterns === undefined ? [] : [[name, [...patterns]]];
    }),
  );

function addTrial(noun: Command, run: Run): void {
  conditionOptions(noun.command('try'), 'request')
    .argument('<key>', 'the external key')
    .description('say whether a request would be let in, and which rule decides')
    .action((key: string, options: Conditions) =>
      run(async (context) => {
        const session = await context.opened();
        const one = (name: keyof typeof conditions): string | null => options[name]?.[0] ?? null;
        const output = await session.call('xksRule.try', {
          key,
          request: {
            kmsOperation: one('operation') ?? 'Decrypt',
            awsPrincipalArn: one('principal'),
            kmsKeyArn: one('kmsKey'),
            awsSourceVpc: one('vpc'),
            awsSourceVpce: one('vpce'),
            kmsViaService: one('viaService'),
          },
        });
        context.show(output, trialText);
        return output.allowed ? 0 : 2;
      }),
    );
}

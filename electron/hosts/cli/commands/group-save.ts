import { OperationError } from '../../../../shared/errors/operation-error.ts';
import type { Span } from '../../../../shared/contract/shapes.ts';
import type { CommandContext } from '../command-context.ts';
import { type ConfirmOptions, confirmed } from '../interactive.ts';
import type { InputFor } from '../operations.ts';
import { groupSavedText } from '../render/lists.ts';
import { styleFor } from '../render/moments.ts';
import { planText } from '../render/plan.ts';
import { policyFile } from '../policy-file.ts';
import { requireChange } from './edits.ts';
import { orNull } from '../../transport/argv/values.ts';
import type { Session } from '../session.ts';

type Changes = InputFor<'group.edit'>['changes'];

/** The fields of the Add Key Group window, as options. An absent one keeps its default. */
interface FieldOptions {
  readonly credential?: string;
  readonly region?: string;
  readonly alias?: string;
  readonly mapping?: string;
  readonly description?: string;
  readonly rotate?: boolean;
  readonly rotateEvery?: Span;
  readonly keepValidFor?: Span;
  readonly activeKeyId?: string;
  readonly policy?: string | false;
  readonly awsDeletesAfter?: number | 'never';
  readonly disableAfterRotating?: boolean;
  readonly disableWait?: number;
  readonly folder?: string | false;
}

/** What the options say, in the contract's names; only what was given. */
function changesOf(options: FieldOptions): Changes {
  const given = <K extends string, V>(key: K, value: V | undefined) =>
    value === undefined ? {} : ({ [key]: value } as Record<K, V>);
  return {
    ...given('credential', options.credential),
    ...given('region', options.region),
    ...given('alias', options.alias?.replace(/^alias\//, '')),
    // the contract decides which words it takes
    ...given('mapping', options.mapping as Changes['mapping']),
    ...given('description', options.description),
    ...given('rotate', options.rotate),
    ...given('rotateEvery', options.rotateEvery),
    ...given('keepValidFor', options.keepValidFor),
    ...given('activeKeyId', options.activeKeyId === 'none' ? null : options.activeKeyId),
    ...(options.policy === undefined
      ? {}
      : { policy: options.policy === false ? null : policyFile(options.policy) }),
    ...(options.awsDeletesAfter === undefined
      ? {}
      : { awsDeletesMaterialAfterDays: orNull(options.awsDeletesAfter) }),
    ...given('disableAfterRotating', options.disableAfterRotating),
    ...given('disableWaitDays', options.disableWait),
    ...given('folder', options.folder === false ? null : options.folder),
  };
}

export interface AddOptions extends FieldOptions {
  readonly credential: string;
  readonly region: string;
  readonly service: string;
  readonly keyType: string;
  /** As typed: bits or a curve. */
  readonly keyLength?: string;
  readonly keyUsage?: string;
  readonly storage: string;
}

/** Adds a group; the contract gives every field that was not named its default. */
export async function add(
  context: CommandContext,
  name: string,
  options: AddOptions,
): Promise<void> {
  const { credential, region, service, keyType, keyLength, keyUsage, storage } = options;
  const bits = Number(keyLength);
  const fixed = {
    service,
    keyType,
    ...(keyLength === undefined ? {} : { keyLength: Number.isNaN(bits) ? keyLength : bits }),
    ...(keyUsage === undefined ? {} : { keyUsage }),
    storage,
  };
  const input = { ...changesOf(options), ...fixed, name, credential, region };
  const session = await context.opened();
  // The contract decides which words it takes; a wrong one comes back as BAD_INPUT.
  const output = await session.call('group.add', input as InputFor<'group.add'>);
  context.show(output, groupSavedText);
}

export interface EditOptions extends FieldOptions, ConfirmOptions {
  readonly name?: string;
  readonly plan?: true | string;
}

/** Changes a group, or shows what the change would mean. */
export async function edit(
  context: CommandContext,
  group: string,
  options: EditOptions,
): Promise<number> {
  const changes = {
    ...changesOf(options),
    ...(options.name === undefined ? {} : { name: options.name }),
  };
  requireChange(changes);
  const session = await context.opened();
  if (options.plan === true) {
    const plan = await session.call('group.planEdit', { group, changes });
    context.show(plan, (shown) => planText(shown, styleFor(context.screen)));
    return plan.blocked ? 2 : 0;
  }
  const output =
    options.plan === undefined
      ? await editShowingEffect(context, session, { group, changes }, options)
      : await session.call('group.edit', { group, changes, plan: options.plan });
  context.show(output, groupSavedText);
  return 0;
}

/** A change that existing keys would feel is shown first and needs a clear yes. */
async function editShowingEffect(
  context: CommandContext,
  session: Session,
  input: { group: string; changes: Changes },
  options: ConfirmOptions,
) {
  try {
    return await session.call('group.edit', input);
  } catch (error) {
    const asks = error instanceof OperationError && error.code === 'CONFIRMATION_NEEDED';
    if (!asks) throw error;
    const plan = await session.call('group.planEdit', input);
    context.remark(planText(plan, styleFor(context.screen)));
    if (plan.blocked) throw OperationError.from(plan.blocked);
    if (!(await confirmed(context, options, 'Change it?'))) throw error;
    return await session.call('group.edit', { ...input, plan: plan.number });
  }
}

import type { CommandContext } from '../command-context.ts';
import { type DeedOptions, runDeed } from '../deeds.ts';

export interface CopyKeyOptions extends DeedOptions {
  readonly adopt?: boolean;
}

/** `group copy-key KEY GROUP` */
export function copyKey(
  context: CommandContext,
  key: string,
  group: string,
  options: CopyKeyOptions,
): Promise<number> {
  const input = { key, group, adopt: options.adopt === true };
  return runDeed(context, options, {
    plan: (session) => session.call('group.planCopyKey', input),
    start: (session, plan) => session.call('group.copyKey', { ...input, plan: plan.number }),
  });
}

import { type RuleCondition, unsupportedFeatures } from '../../../shared/model/xks.ts';
import { OperationError } from '../../../shared/errors/operation-error.ts';
import { blockConsequences, unsupportedReasons, xksRisks } from '../../../shared/text/xks.ts';
import { onDisk } from '../store/disk-errors.ts';
import type { ExternalStore, XksKey } from '../keystore/xks/rows.ts';
import { checkAccounts, checkRules, type Verdict } from '../xks/rules/authorize.ts';
import type { RequestMetadata } from '../xks/wire/requests.ts';
import type { Access, HandlersOfNoun, OpenKeystore } from './context.ts';
import { serving } from './xks-stores.ts';
import { viewRule } from './xks-view.ts';
import { counted } from '../../../shared/text/counted.ts';

/** A store, or one external key. */
type Target =
  | { readonly kind: 'store'; readonly store: ExternalStore }
  | { readonly kind: 'key'; readonly key: XksKey };

/** @throws OperationError BAD_INPUT unless exactly one of the two is named */
function targetOf(
  open: OpenKeystore,
  { store, key }: { readonly store: string | null; readonly key: string | null },
): Target {
  if (store !== null && key === null) return { kind: 'store', store: open.xks.stores.find(store) };
  if (key !== null && store === null) return { kind: 'key', key: open.xks.keys.find(key) };
  const problem = 'name a store or an external key, one of the two';
  throw new OperationError('BAD_INPUT', { field: 'store', problem });
}

const subject = (target: Target): { readonly id: string; readonly name: string } =>
  target.kind === 'store' ? target.store : target.key;

function block(open: OpenKeystore, target: Target, blocked: boolean): void {
  const { id, name } = subject(target);
  if (target.kind === 'store') open.xks.stores.setBlocked(id, blocked);
  else open.xks.keys.setBlocked(id, blocked);
  if (target.kind === 'key' && !blocked) open.xks.keys.setRehearsal(id, null);
  open.audit('OK', [id], { name, blocked });
}

type ServingVerbs =
  | 'status'
  | 'publish'
  | 'setFolder'
  | 'prepareProxy'
  | 'kill'
  | 'rehearse'
  | 'restore'
  | 'limits';

/** What proxies are served, and the kill switch. */
export const xksHandlers = (access: Access): Pick<HandlersOfNoun<'xks'>, ServingVerbs> => ({
  status: () => access.open().desk.status(),
  publish: async () => {
    const open = access.open();
    const view = await open.desk.publish();
    open.audit('OK', [], { revision: view.revision, folder: view.folder });
    open.changed('xks');
    return view;
  },
  setFolder: async (input) => {
    const open = access.open();
    const former = open.desk.folder;
    open.store.change(() => {
      open.desk.chooseFolder(input.folder);
      open.audit('OK', [], { folder: input.folder });
    });
    open.changed('xks');
    if (open.xks.serving.storage === null) return open.desk.status();
    const view = await open.desk.publish();
    onDisk('former folder', () => open.desk.leaveFolder(former));
    return view;
  },
  prepareProxy: async () => {
    const open = access.open();
    const prepared = await open.desk.prepareProxy();
    open.audit('OK', [], { folder: prepared.folder, driver: prepared.device.driver });
    return prepared;
  },
  kill: async (input) => {
    const open = access.open();
    const target = targetOf(open, input);
    if (!input.confirm) {
      const what = `block ${subject(target).name}: ${blockConsequences.join('. ')}`;
      throw new OperationError('CONFIRMATION_NEEDED', { what });
    }
    await serving(open, () => block(open, target, true));
    return open.desk.status();
  },
  rehearse: async ({ key: reference, minutes, when: asked, confirm }) => {
    const open = access.open();
    const { id, name } = open.xks.keys.find(reference);
    if (!confirm) {
      const what = `refuse uses of ${name} for ${counted(minutes, 'minute')}`;
      throw new OperationError('CONFIRMATION_NEEDED', { what });
    }
    const when = conditionsOf(asked);
    const until = open.clock.now() + minutes * 60_000;
    await serving(open, () => {
      open.xks.keys.setRehearsal(id, { until, when });
      open.audit('OK', [id], { name, minutes, until, asks: Object.keys(when) });
    });
    return { until, serving: await open.desk.status() };
  },
  restore: async (input) => {
    const open = access.open();
    const target = targetOf(open, input);
    await serving(open, () => block(open, target, false));
    return open.desk.status();
  },
  limits: () => {
    access.open();
    return {
      unsupported: unsupportedFeatures.map((feature) => ({
        feature,
        reason: unsupportedReasons[feature],
      })),
      risks: [...xksRisks],
      blocking: [...blockConsequences],
    };
  },
});

const conditionsOf = (
  when: Readonly<{ [Name in RuleCondition]?: readonly string[] | undefined }>,
): Record<string, readonly string[]> =>
  Object.fromEntries(Object.entries(when).flatMap(([what, list]) => (list ? [[what, list]] : [])));

/** Rules over who may use a store or a key; the proxy goes by the very code that tries them here. */
export const xksRuleHandlers = (access: Access): HandlersOfNoun<'xksRule'> => ({
  list: (input) => {
    const open = access.open();
    const store = open.xks.stores.find(input.store);
    return { mode: store.rulesMode, rules: open.xks.rules.ofStore(store.id).map(viewRule) };
  },
  add: async (input) => {
    const open = access.open();
    const target = targetOf(open, input);
    const { name, effect } = input;
    const when = conditionsOf(input.when);
    if (Object.keys(when).length === 0) {
      const problem = 'a rule asks about something; * fits every value that is given';
      throw new OperationError('BAD_INPUT', { field: 'when', problem });
    }
    const place =
      target.kind === 'store'
        ? { storeId: target.store.id, keyId: null }
        : { storeId: target.key.storeId, keyId: target.key.id };
    const rule = await serving(open, () => {
      const made = open.xks.rules.add({ ...place, name, effect, when });
      open.audit('OK', [subject(target).id, made.id], { name, effect, asks: Object.keys(when) });
      return made;
    });
    return viewRule(rule);
  },
  remove: async (input) => {
    const open = access.open();
    const { id, name, storeId } = open.xks.rules.find(input.rule);
    await serving(open, () => {
      open.xks.rules.remove(id);
      open.audit('OK', [storeId, id], { name });
    });
    return {};
  },
  setMode: async (input) => {
    const open = access.open();
    const target = targetOf(open, input);
    const { id, name } = subject(target);
    await serving(open, () => {
      if (target.kind === 'store') open.xks.stores.setRulesMode(id, input.mode);
      else open.xks.keys.setRulesMode(id, input.mode);
      open.audit('OK', [id], { name, mode: input.mode });
    });
    return {};
  },
  try: (input) => {
    const open = access.open();
    return judge(open, open.xks.keys.find(input.key), {
      kmsRequestId: 'trial',
      ...input.request,
    });
  },
});

/** In the order in which the proxy judges: accounts, rules of the store, rules of the key. */
function judge(open: OpenKeystore, key: XksKey, metadata: RequestMetadata) {
  const store = open.xks.stores.get(key.storeId);
  const named = ({ by }: Verdict): string | null =>
    open.xks.rules.ofStore(store.id).find((rule) => rule.id === by)?.name ?? by;
  const asked = [
    { mode: 'enforce', verdict: checkAccounts(store.accounts, metadata) },
    { mode: store.rulesMode, verdict: check(open, store, null, metadata) },
    { mode: key.rulesMode, verdict: check(open, store, key, metadata) },
  ] as const;
  const refused = asked.find(({ verdict }) => !verdict.allowed);
  if (refused) {
    return { allowed: false, dryRun: refused.mode === 'dry-run', by: named(refused.verdict) };
  }
  const decided = asked.map(({ verdict }) => named(verdict)).find((by) => by !== null);
  return { allowed: true, dryRun: false, by: decided ?? null };
}

function check(
  open: OpenKeystore,
  store: ExternalStore,
  key: XksKey | null,
  metadata: RequestMetadata,
): Verdict {
  const rules = open.xks.rules.of(store.id, key?.id ?? null).map(({ id, effect, when }) => ({
    id,
    effect,
    when: Object.fromEntries(Object.entries(when).map(([what, list]) => [what, [...list]])),
  }));
  return checkRules({ mode: 'enforce', rules }, metadata);
}

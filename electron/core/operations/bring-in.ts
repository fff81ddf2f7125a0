import type { z } from 'zod';
import type { bringInOps, TransportKeyView } from '../../../shared/contract/bring-in.ts';
import type { Plan } from '../../../shared/contract/shapes.ts';
import { notFound, OperationError } from '../../../shared/errors/operation-error.ts';
import { kindOf, nameOfSpec } from '../../../shared/model/key-kinds.ts';
import { keySpecs } from '../../../shared/model/key-specs.ts';
import { bringInCommands } from '../../../shared/text/bring-in.ts';
import { kcvMethods } from '../../../shared/text/kcv.ts';
import { readWrappingKey } from '../hsm/wrapping-key.ts';
import { requireTakesIn } from '../jobs/kinds/incoming-key.ts';
import { type Incoming, planBringIn } from '../jobs/kinds/plan-bring-in.ts';
import { sealPlan } from '../jobs/kinds/plan.ts';
import { bringInTitle } from '../jobs/kinds/titles.ts';
import type { Group } from '../keystore/rows.ts';
import type { KeptTransportKey } from '../keystore/transport-keys.ts';
import type { Access, HandlersOfNoun, OpenKeystore } from './context.ts';
import { pemOf } from './public-key.ts';
import { tellAlias } from './rotation.ts';
import { startDeed } from './start-deed.ts';

type BringIn = Pick<
  HandlersOfNoun<'group'>,
  'prepareBringIn' | 'transportKey' | 'giveUpBringIn' | 'planBringIn' | 'bringIn'
>;
type Input = z.output<typeof bringInOps.planBringIn.input>;

function viewTransportKey(group: Group, kept: KeptTransportKey): TransportKeyView {
  const { family, secretBytes } = keySpecs[group.keySpec];
  const { algorithm, fingerprint, publicKey, madeAt, endsAt } = kept;
  return {
    pem: pemOf(publicKey),
    sha256: fingerprint,
    algorithm,
    bytes: wrappedBytes(kept),
    carries: nameOfSpec(group.keySpec),
    keyBytes: secretBytes ?? 0,
    kcv: kcvMethods[family === 'aes' ? 'CMAC' : 'HMAC'],
    commands: bringInCommands(algorithm, kindOf(group.keySpec, group.keyUsage)),
    madeAt,
    endsAt,
  };
}

/** As long as the modulus. */
const wrappedBytes = ({ publicKey }: KeptTransportKey): number =>
  readWrappingKey(publicKey).bits / 8;

/**
 * What other systems write: the bytes themselves, or base64 of them in lines.
 * @throws OperationError BRING_IN_NOT_OPENED for what is neither
 */
function wrappedKey(file: string, transport: KeptTransportKey): Buffer {
  const expected = wrappedBytes(transport);
  const raw = Buffer.from(file, 'base64');
  if (raw.length === expected) return raw;
  const text = raw.toString('latin1').replaceAll(/\s/g, '');
  const decoded = /^[A-Za-z0-9+/]+={0,2}$/.test(text) ? Buffer.from(text, 'base64') : null;
  if (decoded?.length === expected) return decoded;
  const why = `it has ${raw.length} bytes, and a wrapped key has ${expected}`;
  throw new OperationError('BRING_IN_NOT_OPENED', { why });
}

function openTransport(open: OpenKeystore, group: Group): KeptTransportKey {
  const kept = open.transportKeys.ofGroup(group.id);
  if (kept === null) throw new OperationError('BRING_IN_NOT_PREPARED', { group: group.name });
  return kept;
}

async function planIncoming(open: OpenKeystore, group: Group, input: Input) {
  requireTakesIn(open, group);
  const transport = openTransport(open, group);
  const file = wrappedKey(input.file, transport);
  const kcv = input.kcv.toUpperCase();
  const incoming: Incoming = { transport, file, kcv };
  const payload = { groupId: group.id, transportId: transport.id, kcv };
  const { draft, foreign } = await planBringIn(open.deeds, group, incoming, {
    adopt: input.adopt,
    designated: open.device.designated,
    reference: open.references.groupPath(group),
  });
  tellAlias(open, group, draft);
  const plan: Plan = sealPlan(draft, {
    now: open.clock.now(),
    runningJob: open.jobs.underWay('group.bring-in', payload),
    doneBy: open.jobs.doneBy('group.bring-in', group),
  });
  return { plan, foreign, payload, file, transport };
}

/** A key that was made elsewhere: its transport key, its plan, its deed. */
export const bringInHandlers = (access: Access): BringIn => ({
  prepareBringIn: async (input) => {
    const open = access.open();
    const group = open.references.group(input.group);
    requireTakesIn(open, group);
    open.endTransportKeys();
    const there = open.transportKeys.ofGroup(group.id);
    if (there !== null) return viewTransportKey(group, there);
    const vault = await open.deeds.vaults.ready(group.storage);
    const made = await vault.driver.makeTransportKey(vault.master.id);
    const kept = open.store.change(() => {
      // removed, or prepared by another call, while the vault was at work
      if (open.groups.byId(group.id) === null) throw notFound('key group', group.name);
      const other = open.transportKeys.ofGroup(group.id);
      if (other !== null) return other;
      const tokenSerial = group.storage === 'hsm' ? vault.master.tokenSerial : null;
      const added = open.transportKeys.add(group.id, { storage: group.storage, tokenSerial }, made);
      const { fingerprint, algorithm } = added;
      open.audit('PREPARED', [group.id], { transportKey: fingerprint, algorithm });
      return added;
    });
    open.changed('group', group.id);
    return viewTransportKey(group, kept);
  },

  transportKey: (input) => {
    const open = access.open();
    const group = open.references.group(input.group);
    const kept = open.transportKeys.ofGroup(group.id);
    return { transportKey: kept === null ? null : viewTransportKey(group, kept) };
  },

  giveUpBringIn: (input) => {
    const open = access.open();
    const group = open.references.group(input.group);
    open.store.change(() => {
      const kept = openTransport(open, group);
      const payload = { groupId: group.id, transportId: kept.id, kcv: '' };
      const running = open.jobs.underWay('group.bring-in', payload);
      if (running !== null) throw new OperationError('ALREADY_RUNNING', { job: running });
      open.transportKeys.destroy(kept.id);
      open.audit('GIVEN UP', [group.id], { transportKey: kept.fingerprint });
    });
    open.changed('group', group.id);
    return {};
  },

  planBringIn: async (input) => {
    const open = access.open();
    return (await planIncoming(open, open.references.group(input.group), input)).plan;
  },

  bringIn: async (input, caller) => {
    const open = access.open();
    const group = open.references.group(input.group);
    const { plan, foreign, payload, file, transport } = await planIncoming(open, group, input);
    const adopted = input.adopt ? foreign : null;
    return startDeed(open, {
      kind: 'group.bring-in',
      payload,
      title: bringInTitle(group),
      subjects: { group: group.id },
      plan,
      given: input.plan,
      caller,
      details: {
        kcv: payload.kcv,
        transportKey: transport.fingerprint,
        ...(adopted === null ? {} : { adopted }),
      },
      prepare: () => {
        if (open.groups.byId(group.id) === null) throw notFound('key group', group.name);
        open.transportKeys.keepFile(transport.id, file);
        if (adopted !== null) open.groups.adoptForeign(group.id, adopted);
      },
    });
  },
});

import { approvalOps, approverOps } from './approval.ts';
import { auditOps } from './audit.ts';
import { credentialOps } from './credential.ts';
import { deviceOps } from './device.ts';
import { folderOps, groupOps } from './group.ts';
import { hsmOps } from './hsm.ts';
import { jobOps } from './job.ts';
import { keyOps } from './key.ts';
import { keystoreOps } from './keystore.ts';
import type { ArgumentsOf, HandlersOf, Operation, OutputOf } from './op.ts';
import { practiceOps } from './practice.ts';
import { scanOps } from './scan.ts';
import { sessionOps } from './session.ts';
import { settingOps } from './setting.ts';
import { xksOps, xksRuleOps } from './xks.ts';
import { xksAuditOps } from './xks-audit.ts';
import { xksCertificateOps } from './xks-certificate.ts';
import { xksKeyOps } from './xks-key.ts';
import { xksStoreOps } from './xks-store.ts';

/** Every operation there is, declared once for desktop, console and command line. */
export const contract = {
  session: sessionOps,
  keystore: keystoreOps,
  hsm: hsmOps,
  credential: credentialOps,
  folder: folderOps,
  group: groupOps,
  key: keyOps,
  scan: scanOps,
  job: jobOps,
  device: deviceOps,
  audit: auditOps,
  setting: settingOps,
  approver: approverOps,
  approval: approvalOps,
  practice: practiceOps,
  xks: { ...xksOps, ...xksAuditOps, ...xksCertificateOps },
  xksStore: xksStoreOps,
  xksKey: xksKeyOps,
  xksRule: xksRuleOps,
};
export type Contract = typeof contract;
export type Handlers<Context> = HandlersOf<Contract, Context>;

type Noun = keyof Contract;
/** Every `noun.verb` of the contract. */
export type OperationName = { [N in Noun]: `${N}.${keyof Contract[N] & string}` }[Noun];
type Declared<Name extends OperationName> = Name extends `${infer N}.${infer V}`
  ? N extends Noun
    ? V extends keyof Contract[N]
      ? Contract[N][V]
      : never
    : never
  : never;
export type InputFor<Name extends OperationName> = ArgumentsOf<Declared<Name>>;
export type OutputFor<Name extends OperationName> = OutputOf<Declared<Name>>;

/** `group.forceRotate` → its declaration; null for anything not declared. Own keys only. */
export function findOperation(call: string): Operation | null {
  const [noun, verb, ...rest] = call.split('.');
  if (noun === undefined || verb === undefined || rest.length > 0) return null;
  const table: Readonly<Record<string, Readonly<Record<string, Operation>>>> = contract;
  const operations = Object.hasOwn(table, noun) ? table[noun] : undefined;
  return operations && Object.hasOwn(operations, verb) ? (operations[verb] ?? null) : null;
}

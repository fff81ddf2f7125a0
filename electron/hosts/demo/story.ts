import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { practiceAccessKeyId, practiceSecretAccessKey } from '../../practice/kms/constants.ts';
import type { Call, OutputFor } from '../cli/operations.ts';
import type { JobDetail } from '../cli/render/job.ts';
import type { SoftToken } from './soft-token.ts';

export const groupName = 'payments-demo';
const region = 'eu-west-1';
const tokenLabel = 'keyreeve-demo';

type KeyView = OutputFor<'key.show'>;

/** What the demo saw: read back from the keystore and from AWS, nothing assumed. */
export interface Outcome {
  readonly provider: 'softhsm' | 'software';
  readonly assurance: string;
  readonly wrappingAlgorithm: string;
  readonly keys: readonly KeyView[];
  readonly jobs: readonly JobDetail[];
  readonly synchronized: {
    readonly keyId: string;
    readonly materialIdBefore: string | null;
    readonly materialIdAfter: string | null;
    readonly stateAfterDelete: string;
    readonly stateAfterImport: string;
  };
  readonly auditVerified: boolean;
}

export interface Stage {
  readonly call: Call;
  readonly folder: string;
  readonly practiceUrl: string;
  readonly token: SoftToken | null;
  readonly passphrase: Uint8Array;
  readonly pin: Uint8Array;
  readonly say: (text: string) => void;
  readonly watch: (jobId: string) => Promise<JobDetail>;
}

/** The credential file as AWS hands it out, with the practice KMS's documented key in it. */
export function writeCredentialFile(folder: string): string {
  const path = join(folder, 'practice_accessKeys.csv');
  writeFileSync(
    path,
    `Access key ID,Secret access key\r\n${practiceAccessKeyId},${practiceSecretAccessKey}\r\n`,
    { mode: 0o600 },
  );
  return path;
}

/** The main job from nothing: keystore, token, credential, group, two rotations, delete, synchronize. */
export async function playStory(
  stage: Stage,
  csv: Uint8Array<ArrayBuffer>,
  backupPlace: string,
): Promise<Outcome> {
  const { call, say } = stage;
  say('A practice keystore, with a second place for backups');
  await call('keystore.create', {
    realm: 'practice',
    passphrase: Uint8Array.from(stage.passphrase),
    backupPlace,
  });
  await attach(stage);
  say('The credential, from the CSV file as AWS gives it');
  await call('credential.import', {
    kind: 'csv',
    name: 'payments-kms',
    file: csv,
    endpoint: stage.practiceUrl,
  });
  const credential = await call('credential.test', { credential: 'payments-kms', region });
  say(`  account ${credential.account}, ${credential.connection}`);
  say(`Key group ${groupName}`);
  const group = await call('group.add', {
    name: groupName,
    credential: 'payments-kms',
    region,
    storage: stage.token ? 'hsm' : 'software',
    description: 'Keyreeve demo',
  });
  say(`  ${group.sentence}`);

  const jobs = [await rotate(stage), await rotate(stage)];
  const first = `${groupName}/1`;
  const before = await call('key.show', { key: first });
  jobs.push(
    await synchronize(stage, first, {
      deleteMaterial: true,
      updatePolicy: false,
      importMaterial: false,
    }),
  );
  const deleted = await call('key.check', { key: first });
  jobs.push(
    await synchronize(stage, first, {
      deleteMaterial: false,
      updatePolicy: true,
      importMaterial: true,
    }),
  );
  const after = await call('key.check', { key: first });

  const listed = await call('key.list', { group: groupName });
  const keys: KeyView[] = [];
  for (const { reference } of listed.keys) {
    await call('key.check', { key: reference });
    keys.push(await call('key.show', { key: reference }));
  }
  return {
    ...(await provider(stage)),
    keys: keys.sort((a, b) => a.version - b.version),
    jobs,
    synchronized: {
      keyId: before.remote?.keyId ?? '',
      materialIdBefore: before.remote?.materialId ?? null,
      materialIdAfter: after.remote?.materialId ?? null,
      stateAfterDelete: deleted.remote?.state ?? '',
      stateAfterImport: after.remote?.state ?? '',
    },
    auditVerified: await verifyAudit(stage),
  };
}

async function attach({ call, say, token, pin }: Stage): Promise<void> {
  if (!token) {
    say(
      'SoftHSM, or pkcs11js which loads it, is not here: keys are made by the built-in software driver, and marked so',
    );
    return;
  }
  say('SoftHSM: an empty token is set up, probed, and given a master key');
  const status = await call('hsm.attach', {
    module: token.module,
    label: tokenLabel,
    pin: Uint8Array.from(pin),
    soPin: Uint8Array.from(pin),
    initializeToken: true,
    createMaster: true,
  });
  for (const finding of status.probe?.findings ?? [])
    say(`  ${finding.ok ? '✓' : '–'} ${finding.sentence}`);
}

async function provider({
  call,
  token,
}: Stage): Promise<Pick<Outcome, 'provider' | 'assurance' | 'wrappingAlgorithm'>> {
  if (!token)
    return {
      provider: 'software',
      assurance: 'built-in-software',
      wrappingAlgorithm: 'RSAES_OAEP_SHA_256',
    };
  const { probe } = await call('hsm.status', {});
  return {
    provider: 'softhsm',
    assurance: probe?.assurance ?? '',
    wrappingAlgorithm: probe?.wrapping ?? '',
  };
}

async function rotate({ call, say, watch }: Stage): Promise<JobDetail> {
  const plan = await call('group.planForceRotate', { group: groupName });
  say(`${plan.title} Plan ${plan.number}`);
  say(`  ${plan.sentence}`);
  const { jobId } = await call('group.forceRotate', { group: groupName, plan: plan.number });
  return watch(jobId);
}

async function synchronize(
  { call, say, watch }: Stage,
  key: string,
  choices: { deleteMaterial: boolean; updatePolicy: boolean; importMaterial: boolean },
): Promise<JobDetail> {
  const plan = await call('key.planSynchronize', { key, ...choices });
  say(`${plan.title} Plan ${plan.number}`);
  say(`  ${plan.sentence}`);
  const { jobId } = await call('key.synchronize', {
    key,
    ...choices,
    plan: plan.number,
    ...(plan.confirmName === null ? {} : { confirm: plan.confirmName }),
  });
  return watch(jobId);
}

async function verifyAudit({ call, folder, say }: Stage): Promise<boolean> {
  const to = join(folder, 'audit.jsonl');
  const exported = await call('audit.export', { to });
  const verdict = await call('audit.verify', { file: to, fingerprint: exported.fingerprint });
  say(
    `Audit log: ${verdict.records} records, signed by ${exported.signer === 'hsm' ? 'the HSM' : 'a software key'}, ${verdict.ok ? 'verified' : `NOT verified: ${verdict.problem ?? ''}`}`,
  );
  return verdict.ok;
}

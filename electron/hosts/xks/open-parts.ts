import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { HsmBridge } from '../../core/hsm/bridge/client.ts';
import { makeFolder } from '../../core/kernel/make-folder.ts';
import { nodeClock } from '../../core/kernel/node-clock.ts';
import { Secret } from '../../core/kernel/secret.ts';
import type { Clock, Logger } from '../../core/ports.ts';
import { auditFolder } from '../../core/xks/audit/read-segments.ts';
import { AuditLog } from '../../core/xks/audit/segment.ts';
import { Bindings, bindingsFile } from '../../core/xks/bindings.ts';
import { HealthWatch } from '../../core/xks/health.ts';
import { LiveSet } from '../../core/xks/serving/set-file.ts';
import { certificateMarks, readCertificate, type ServedCertificate } from './certificate.ts';
import { claimFolder, type FolderClaim } from './claim.ts';
import type { Configuration } from './configuration.ts';
import type { ProxyDevice } from './device.ts';

/** What a proxy is made of before it listens. */
export interface Parts {
  readonly live: LiveSet;
  readonly audit: AuditLog;
  readonly bindings: Bindings;
  readonly bridge: HsmBridge;
  readonly health: HealthWatch;
  readonly certificate: { readonly certificate: ServedCertificate; readonly marks: string };
  readonly servingKey: Secret;
  readonly claim: FolderClaim;
}

/** Opens set, certificate, audit and bindings, while the device is attached; `clock` hurries it. */
export async function openParts(
  configuration: Configuration,
  device: ProxyDevice,
  log: Logger,
  clock: Clock,
): Promise<Parts> {
  try {
    const files = await openClaimed(configuration, log);
    device.logIn();
    try {
      return await withDevice(files, device, log, clock);
    } catch (error) {
      await closeFiles(files);
      throw error;
    }
  } catch (error) {
    await device.end();
    throw error;
  }
}

async function withDevice(
  files: Files,
  device: ProxyDevice,
  log: Logger,
  clock: Clock,
): Promise<Parts> {
  const { live, audit } = files;
  const { bridge } = device;
  await device.attached;
  const health = new HealthWatch(
    { clock, random: randomBytes, log },
    {
      device: bridge,
      canary: () => live.index.set.canary,
      auditHealthy: () => audit.healthy,
      warning: () =>
        (bridge.lastStatus?.pin ?? 'ok') === 'ok' ? null : 'The token has few PIN tries left.',
      reopen: () => bridge.respawn(),
    },
  );
  device.tell(health);
  return { ...files, bridge, health };
}

/** The claim last: whoever takes the folder next finds it at rest. */
export async function closeFiles({ audit, bindings, servingKey, claim }: Files): Promise<void> {
  await Promise.all([audit.close(), bindings.close()]);
  servingKey.dispose();
  await claim.release();
}

export type Files = Omit<Parts, 'bridge' | 'health'>;

async function openClaimed(configuration: Configuration, log: Logger): Promise<Files> {
  const { stateFolder } = configuration;
  makeFolder(auditFolder(stateFolder));
  const claim = await claimFolder(stateFolder);
  try {
    return { ...(await openFiles(configuration, log)), claim };
  } catch (error) {
    await claim.release();
    throw error;
  }
}

async function openFiles(configuration: Configuration, log: Logger): Promise<Omit<Files, 'claim'>> {
  const { stateFolder, node } = configuration;
  const folder = auditFolder(stateFolder);
  const servingKey = Secret.adopt(await readFile(configuration.servingKey));
  if (servingKey.length !== 32) throw new Error('The serving key file does not hold 32 bytes.');
  const ports = { clock: nodeClock, random: randomBytes, log };
  const live = await LiveSet.load(ports, {
    file: configuration.servingSet,
    revisionFile: join(stateFolder, 'revision'),
    key: servingKey,
  });
  const marks = await certificateMarks(configuration);
  const certificate = { certificate: await readCertificate(configuration), marks };
  const audit = await AuditLog.open(ports, { folder, node });
  const bindings = await Bindings.open(bindingsFile(stateFolder));
  return { live, audit, bindings, certificate, servingKey };
}

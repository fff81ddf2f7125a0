import { hostname } from 'node:os';
import { AuditLog } from '../audit/audit-log.ts';
import { softwareSigner } from '../audit/signer.ts';
import type { CallerIdentity } from '../cloud/answers.ts';
import type { Cloud, CloudConnection } from '../cloud/cloud.ts';
import { createCloud } from '../cloud/create-cloud.ts';
import { type Patience, personPatience } from '../cloud/patience.ts';
import type { CoreConfig } from '../core.ts';
import { createCallSearch } from '../jobs/call-search.ts';
import type { FailureClass } from '../jobs/decide.ts';
import type { JobEvent } from '../jobs/events.ts';
import { Jobs } from '../jobs/jobs.ts';
import type { JobKind } from '../jobs/kind.ts';
import { createAccountsSeen } from '../jobs/kinds/accounts-seen.ts';
import { jobKinds } from '../jobs/kinds/index.ts';
import { createParcels } from '../jobs/kinds/parcels.ts';
import type { DeedServices } from '../jobs/kinds/services.ts';
import { createWrappingKeys } from '../jobs/kinds/wrapping-keys.ts';
import { followUpTitles } from '../jobs/kinds/titles.ts';
import { createDevice, type Device } from '../keystore/device.ts';
import { readRotationLimit } from '../keystore/own-settings.ts';
import { createDomain, type DomainModel } from '../keystore/domain.ts';
import type { Credential, Group } from '../keystore/rows.ts';
import type { SafetyCopies } from '../keystore/vaults.ts';
import type { Noun, OpenKeystore } from '../operations/context.ts';
import { testCredential } from '../operations/credentials.ts';
import { Scans } from '../operations/scans.ts';
import type { HostPorts } from '../ports.ts';
import type { OpenKeystore as OpenFile } from '../store/keystore-file.ts';
import { isFinal } from '../../../shared/model/job.ts';
import { OperationError } from '../../../shared/errors/operation-error.ts';
import { approvalGuard } from './approval-guard.ts';
import { BackupPlaces } from './backup-places.ts';
import type { CallContext } from './call-context.ts';
import { auditBeginning, auditJobEvent, auditSink } from './session-audit.ts';
import { classify } from './classify.ts';
import { type Connections, createConnections } from './connections.ts';
import { DueDeeds } from './due-deeds.ts';
import { Eta } from './eta.ts';
import { createJobsPort } from './jobs-port.ts';
import { keyNamed } from './key-named.ts';
import { PassingTime } from './passing-time.ts';
import { Practice } from './practice.ts';
import { Token } from './token.ts';
import { TokenAnchor } from './token-anchor.ts';
import { XksDesk } from './xks-desk.ts';
import { xksServices } from './xks-services.ts';

/** A Region to ask STS in when nobody named one: every account has it. */
const anyRegion = 'us-east-1';

export interface OpenedParts {
  readonly ports: HostPorts;
  readonly config: CoreConfig;
  readonly calls: CallContext;
  readonly file: OpenFile;
  readonly changed: (what: Noun, ...ids: string[]) => void;
}

/** Everything that lives exactly as long as a keystore is open. */
export class Opened {
  readonly file: OpenFile;
  readonly audit: AuditLog;
  readonly token: Token;
  readonly jobs: Jobs;
  readonly backups: BackupPlaces;
  readonly desk: XksDesk;
  readonly due: DueDeeds;
  readonly open: OpenKeystore;
  readonly practice: Practice;
  readonly calls: ReturnType<typeof createCallSearch>;
  readonly anchor: TokenAnchor;
  readonly #scans: Scans;
  readonly #time: PassingTime;
  readonly #cloud: Cloud;
  readonly #connections: Connections;
  readonly #eta: Eta;
  readonly #parts: OpenedParts;
  readonly #host = hostname();

  constructor(parts: OpenedParts) {
    this.#parts = parts;
    this.file = parts.file;
    const { ports, config, calls, file, changed } = parts;
    const { store } = file;
    const base = { clock: ports.clock, random: ports.random, log: ports.log };
    const domain = createDomain({ ...base, store });
    const device = createDevice(domain.settings, ports);
    this.audit = new AuditLog({ store, clock: ports.clock, log: ports.log });
    this.calls = createCallSearch(store);
    const ofKey = (arn: string) => keyNamed(domain, arn);
    this.#cloud = createCloud(
      { ...ports, givenUp: () => calls.givenUp, ofKey },
      config.cloud ?? {},
    );
    this.#connections = createConnections(this.#cloud, domain.credentials, store.realm);
    this.backups = new BackupPlaces({ ...base, file, domain });
    this.token = new Token({
      ports,
      store,
      settings: domain.settings,
      onReady: () => this.anchor.check(),
      onLost: () => this.#bridgeLost(),
      onState: () => this.#tokenMoved(),
      onBuiltInBack: () => this.#goOn(),
    });
    this.anchor = new TokenAnchor(store, this.token);
    const { token, backups, audit } = this;
    this.desk = new XksDesk({ ports, config, file, domain, token, backups, audit, changed });
    this.#scans = new Scans({ ...base, changed: (id) => changed('scan', id) });
    const kinds: JobKind[] = [];
    const deeds = this.#deeds(domain, kinds);
    kinds.push(...(jobKinds(deeds) as unknown as JobKind[]));
    this.jobs = new Jobs({
      ...base,
      store,
      kinds,
      designation: { deviceId: device.id, isDesignated: () => device.designated },
      wallMemory: {
        read: () => domain.settings.read('wall') as number | null,
        write: (at) => domain.settings.write('wall', at),
      },
      faults: ports.faults,
      onEvent: (event) => this.#noteJob(event),
      classify: (error) => this.#classify(error),
      ...(config.parallel === undefined ? {} : { parallel: config.parallel }),
    });
    this.#eta = new Eta({
      store,
      clock: ports.clock,
      groups: domain.groups,
      parallel: config.parallel ?? 8,
      outlook: ({ account, region }) =>
        this.#cloud.outlook({
          realm: store.realm,
          account: account ?? '',
          region,
          operation: 'GetParametersForImport',
        }),
    });
    this.open = this.#face(domain, device, deeds, kinds);
    this.practice = this.#practice(domain);
    this.due = new DueDeeds({
      clock: ports.clock,
      log: ports.log,
      store,
      domain,
      wall: this.jobs.wall,
      host: this.#host,
      longLived: config.longLived,
      jobs: () => this.open.jobs,
      idOf: (number) => this.jobs.read.idOf(String(number)),
      isDesignated: () => device.designated,
      unattended: config.unattended ?? false,
    });
    const ends = { ...domain, audit, host: this.#host, changed };
    this.#time = new PassingTime({ ...ends, clock: ports.clock, due: this.due });
    calls.serve(auditSink(this.audit), approvalGuard(domain, file.store, changed));
    this.jobs.changes.subscribe((change) => parts.changed('job', change.jobId));
  }

  #practice(domain: DomainModel): Practice {
    const { ports, config, changed } = this.#parts;
    return new Practice({
      ports,
      keystorePath: config.keystorePath,
      longLived: config.longLived,
      store: this.file.store,
      domain,
      token: this.token,
      changed,
      forget: (credentialId) => this.#connections.drop(credentialId),
      test: (credential) => testCredential(this.open, credential),
    });
  }

  /** After the state root was verified: sign, run jobs, look at the schedule. */
  async begin(): Promise<void> {
    this.useSigner();
    this.#time.endTransportKeys();
    if (!this.#parts.config.longLived) return this.jobs.runner.findLeft();
    // Whoever needs AWS waits for it: unlocking does not.
    void this.practice.begin((objects, details) =>
      auditBeginning(this.audit, this.#host, objects, details),
    );
    await this.work();
    await this.desk.begin();
    await this.due.start();
    await this.#time.start();
  }

  /**
   * Lets jobs run, what an earlier process left open first. In a process that lives for one command
   * this is asked for by whoever waits for a job: listing keys must not set a rotation going.
   */
  work(): Promise<void> {
    return this.jobs.start();
  }

  /** The HSM signs the audit log where it can; else a key sealed in the keystore, and we say so. */
  useSigner(): void {
    const hsm = this.token.auditSigner();
    if (hsm) this.audit.useSigner(hsm);
    else if (this.token.binding === null || !this.token.binding.probe.auditSigning) {
      this.audit.useSigner(softwareSigner(this.file.store));
    }
  }

  /** A person decided that this older keystore is the one to go on with. */
  async acceptOlder(): ReturnType<TokenAnchor['acceptOlder']> {
    const numbers = await this.anchor.acceptOlder();
    await this.begin();
    return numbers;
  }

  /** Ends what only looks: nobody sees what it finds any more, while a step may still take its time. */
  endLooks(): Promise<void> {
    return this.#scans.close();
  }

  /** Ends all that runs over the open file, each job after its step. @returns how many were running */
  async close(): Promise<number> {
    await this.#time.stop();
    await this.due.stop();
    const { stopping } = this.jobs.runner.pause();
    await this.jobs.stop();
    await this.backups.close();
    await this.desk.close();
    await this.#scans.close();
    await this.practice.stop();
    this.#connections.close();
    this.#cloud.close();
    return stopping;
  }

  /** What no step should throw is a fault of ours: the job looks again, and the log has the stack. */
  #classify(error: unknown): FailureClass {
    if (!(error instanceof OperationError)) {
      const stack = error instanceof Error ? (error.stack ?? error.message) : 'not an error';
      this.#parts.ports.log.log('error', 'step-failed', { stack });
    }
    return classify(error);
  }

  /** Inside the transaction that makes it so. */
  #noteJob(event: JobEvent): void {
    auditJobEvent(this.audit, this.#host, event);
    if (event.type !== 'state' || !isFinal(event.to)) return;
    const { group } = this.jobs.read.subjectsOf(event.jobId);
    if (group !== undefined) this.backups.followUp(group);
  }

  /** Counts against the jobs that ran: twice with the same job, and a person looks at it. */
  #bridgeLost(): void {
    if (this.file.store.condition === 'verified') this.jobs.runner.noteCrash();
  }

  #tokenMoved(): void {
    if (this.file.store.condition === 'verified' && this.token.state === 'ready') {
      this.useSigner();
      this.#goOn();
      this.desk.deviceCame();
    }
    this.#parts.changed('hsm');
  }

  /** Jobs that wait for a device try again; those whose device is still away wait on. */
  #goOn(): void {
    if (this.file.store.condition === 'verified') this.jobs.runner.open('hsm');
  }

  async #connect(
    domain: DomainModel,
    group: Group,
    region?: string,
    patience?: Patience,
  ): Promise<CloudConnection> {
    await this.practice.settled();
    const credential = domain.credentials.get(group.credentialId);
    return this.#connections.get(credential, region ?? group.region, group.account, patience);
  }

  /** For what a person waits for. */
  async #glance(credential: Credential, region: string): Promise<CloudConnection> {
    await this.practice.settled();
    return this.#connections.get(credential, region, null, personPatience);
  }

  /** STS tells who it is; at an address or by an authority of one's own KMS has to answer, too. */
  async #identify(credential: Credential, region?: string): Promise<CallerIdentity> {
    const connection = await this.#glance(credential, region ?? anyRegion);
    const identity = await connection.callerIdentity();
    if (connection.exceptions.length === 0) return identity;
    try {
      await connection.askKms();
    } catch (cause) {
      // asked in a Region it is not of, for want of a better one, KMS has answered all the same
      const rejected = cause instanceof OperationError && cause.code === 'CREDENTIAL_REJECTED';
      if (region !== undefined || !rejected) throw cause;
    }
    return identity;
  }

  #deeds(domain: DomainModel, kinds: readonly JobKind[]): DeedServices {
    const { ports, config, file } = this.#parts;
    const { store } = file;
    return {
      clock: ports.clock,
      random: ports.random,
      log: ports.log,
      store,
      groups: domain.groups,
      keys: domain.keys,
      credentials: domain.credentials,
      transportKeys: domain.transportKeys,
      vaults: this.token,
      safety: this.backups satisfies SafetyCopies,
      parcels: createParcels(store),
      xks: xksServices(domain, this.desk, async (...place) => {
        await this.practice.settled();
        return this.#connections.get(...place);
      }),
      connect: (group, region) => this.#connect(domain, group, region),
      glance: (group, region) => this.#connect(domain, group, region, personPatience),
      wishes: {
        discard: (jobId) => domain.settings.read(`discard:${jobId}`) === true,
        forget: (jobId) => domain.settings.forget(`discard:${jobId}`),
      },
      enqueue: (name, payload, options) => {
        const kind = kinds.find((each) => each.name === name);
        if (!kind) throw new Error(`no job kind ${name}`);
        const { keyId, groupId } = payload as { keyId: string; groupId: string };
        return this.jobs.queue.enqueue(kind, payload, {
          title: followUpTitles[name](domain.groups.get(groupId), domain.keys.get(keyId).key),
          subjects: { group: groupId, key: keyId },
          by: { actor: 'job', channel: 'job' },
          ...options,
        }).number;
      },
      requireMayLeave: (assurance) => {
        if (store.realm === 'practice' || assurance === 'hardware') return;
        if (domain.settings.read('software-module-to-aws') !== null) return;
        throw new OperationError('SOFTWARE_KEY_TO_REAL_AWS', { assurance });
      },
      accounts: createAccountsSeen(this.#parts, domain.credentials),
      wrappingKeys: createWrappingKeys({ store, clock: ports.clock }),
      rotationLimit: () => readRotationLimit(domain.settings),
      orphanSearch: config.orphanSearch ?? (store.realm === 'practice' ? 15_000 : 300_000),
    };
  }

  #face(
    domain: DomainModel,
    device: Device,
    deeds: DeedServices,
    kinds: readonly JobKind[],
  ): OpenKeystore {
    const { ports, calls, file, changed } = this.#parts;
    const { token } = this;
    return {
      ...domain,
      clock: ports.clock,
      random: ports.random,
      log: ports.log,
      store: file.store,
      device,
      // a person waits less than a job does
      deeds: { ...deeds, connect: deeds.glance },
      jobs: createJobsPort({
        store: file.store,
        jobs: this.jobs,
        kinds,
        groups: domain.groups,
        keys: domain.keys,
        due: () => this.due.pending(),
        dueNow: () => this.due.counts(),
        eta: (job) => this.#eta.of(job),
        doneBy: (kind, group, jobs) => this.#eta.ifAsked(kind, group, jobs),
        startDue: (chosen, caller) => this.due.startChosen(chosen, caller),
      }),
      desk: this.desk,
      scans: this.#scans,
      get hsmTitle() {
        return token.title;
      },
      get hsmSpecs() {
        return token.specs;
      },
      audit: (outcome, objects, details = {}) => calls.record(outcome, objects, details),
      requireApproval: (objects, shown) => calls.requireApproval(objects, shown),
      changed,
      connect: (credential, region) => this.#glance(credential, region),
      identify: (credential, region) => this.#identify(credential, region),
      endTransportKeys: () => this.#time.endTransportKeys(),
      forget: (credentialId) => this.#connections.drop(credentialId),
    };
  }
}

import { createHash } from 'node:crypto';
import type { ApprovalRequest, ApprovalRule } from '../../../shared/contract/approval.ts';
import type { Approval } from '../../../shared/contract/op.ts';
import { notFound, OperationError } from '../../../shared/errors/operation-error.ts';
import { canonicalBytes } from '../crypto/canonical.ts';
import type { Domain, Row } from './rows.ts';
import type { Settings } from './settings.ts';

const hour = 3_600_000;
const day = 24 * hour;
/** How long a request waits for somebody, and how long what was approved can be used. Milliseconds. */
export const approvalTimes = {
  open: day,
  approved: hour,
  /** A rule that nobody can approve the end of any more would hold its keystore for ever. */
  untilFree: 7 * day,
  freeFor: 7 * day,
} as const;

/** Requests that are over are kept this long; the audit log keeps what was decided for good. */
const keptFor = 90 * day;
const mostOpen = 100;

/** What somebody asks to be approved. */
export interface ApprovalWish {
  /** `noun.verb` of the contract. */
  readonly operation: string;
  /** SHA-256 of the validated input without secrets; hex. */
  readonly requestHash: string;
  /** Ids of what it is about. */
  readonly objects: readonly string[];
  readonly title: string;
  readonly says: readonly string[];
  readonly plan: string | null;
}

/** What is shown of a deed to whoever approves it. */
export interface DeedShown {
  readonly title: string;
  readonly says?: readonly string[];
  readonly plan?: string | null;
}

/** An approval that a deed was done under. */
export interface Approved {
  readonly number: number;
  /** Null: nobody refused it for so long that it holds by itself. */
  readonly by: string | null;
}

/** What needs a second person, and what waits for one. Every method but the readers goes inside a change. */
export interface Approvals {
  rule(): ApprovalRule;
  setRule(rule: ApprovalRule): void;
  needs(approval: Approval | null): boolean;
  /** Newest first, at most a hundred. */
  list(): readonly ApprovalRequest[];
  /** @throws OperationError NOT_FOUND */
  get(number: number): ApprovalRequest;
  /** Uses up the approval of exactly this deed; null: there is none. */
  take(wish: ApprovalWish): Approved | null;
  /** Asks for it, once: the same deed that waits already is the same request. */
  ask(wish: ApprovalWish, by: string): ApprovalRequest;
  /** What an approver signs. @throws OperationError NOT_FOUND, APPROVAL_OVER */
  statement(
    number: number,
    approverId: string,
  ): { readonly digest: string; readonly bytes: Buffer };
  /** @throws OperationError NOT_FOUND, APPROVAL_OVER */
  approve(number: number, by: string): ApprovalRequest;
  /** Also of one that was approved and not used yet. @throws OperationError NOT_FOUND, APPROVAL_OVER */
  refuse(number: number, by: string): ApprovalRequest;
}

/** Two deeds are the same where operation, input and what that names are. */
const digestOf = ({ operation, requestHash, objects }: ApprovalWish): string =>
  createHash('sha256')
    .update(canonicalBytes('keyreeve approval digest v1', [operation, requestHash, ...objects]))
    .digest('hex');

const levels: Readonly<Record<ApprovalRule, readonly Approval[]>> = {
  off: [],
  destructive: ['destructive'],
  'every-deed': ['destructive', 'every-deed'],
};

const settingName = 'second-person';

const statements = ({ store: { db } }: Domain) => ({
  newest: db.prepare<[], Row>('select * from approval order by number desc limit 100'),
  one: db.prepare<[number], Row>('select * from approval where number = ?'),
  live: db.prepare<[string], Row>(
    `select * from approval where digest = ? and state in ('open', 'approved') order by number desc`,
  ),
  waiting: db
    .prepare<[number], number>(`select count(*) from approval where state = 'open' and ends_at > ?`)
    .pluck(),
  digest: db.prepare<[number], string>('select digest from approval where number = ?').pluck(),
  insert: db.prepare(
    `insert into approval (operation, digest, title, says, plan, asked_by, asked_at, ends_at, free_at, state)
     values (@operation, @digest, @title, @says, @plan, @by, @now, @endsAt, @freeAt, 'open')`,
  ),
  decide: db.prepare(
    `update approval set state = @state, decided_by = @by, decided_at = @now, ends_at = @endsAt
     where number = @number`,
  ),
  use: db.prepare(`update approval set state = 'used' where number = ?`),
  forget: db.prepare('delete from approval where ends_at < ?'),
});

export function createApprovals(domain: Domain, settings: Settings): Approvals {
  return new ApprovalTable(domain, settings);
}

class ApprovalTable implements Approvals {
  readonly #domain: Domain;
  readonly #settings: Settings;
  readonly #sql;

  constructor(domain: Domain, settings: Settings) {
    this.#domain = domain;
    this.#settings = settings;
    this.#sql = statements(domain);
  }

  rule(): ApprovalRule {
    const kept = this.#settings.read(settingName) as { readonly rule: ApprovalRule } | null;
    return kept?.rule ?? 'off';
  }

  setRule(rule: ApprovalRule): void {
    this.#settings.write(settingName, { rule, at: this.#now });
  }

  needs(approval: Approval | null): boolean {
    return approval !== null && levels[this.rule()].includes(approval);
  }

  list(): readonly ApprovalRequest[] {
    return this.#sql.newest.all().map((row) => this.#view(row));
  }

  get(number: number): ApprovalRequest {
    const row = this.#sql.one.get(number);
    if (row === undefined) throw notFound('request for approval');
    return this.#view(row);
  }

  take(wish: ApprovalWish): Approved | null {
    const live = this.#live(wish);
    const free = live?.freeAt ?? null;
    const holds = live?.state === 'approved' || (free !== null && free <= this.#now);
    if (live === null || !holds) return null;
    this.#sql.use.run(live.number);
    return { number: live.number, by: live.decidedBy };
  }

  ask(wish: ApprovalWish, by: string): ApprovalRequest {
    const live = this.#live(wish);
    if (live !== null) return live;
    const now = this.#now;
    this.#sql.forget.run(now - keptFor);
    if ((this.#sql.waiting.get(now) ?? 0) >= mostOpen)
      throw new OperationError('BAD_INPUT', {
        field: 'requests',
        problem: `${mostOpen} deeds wait for a second person already`,
      });
    const { operation, title, says, plan } = wish;
    const freeAt = operation === 'approval.setRule' ? now + approvalTimes.untilFree : null;
    const endsAt = freeAt === null ? now + approvalTimes.open : freeAt + approvalTimes.freeFor;
    const { lastInsertRowid } = this.#sql.insert.run({
      operation,
      digest: digestOf(wish),
      title,
      says: JSON.stringify(says),
      plan,
      by,
      now,
      endsAt,
      freeAt,
    });
    return this.get(Number(lastInsertRowid));
  }

  statement(number: number, approverId: string) {
    this.#requireOpen(number, ['open']);
    const digest = this.#sql.digest.get(number) ?? '';
    return {
      digest,
      bytes: approvalStatement(this.#domain.store.id, { number, digest, approverId }),
    };
  }

  approve(number: number, by: string): ApprovalRequest {
    this.#requireOpen(number, ['open']);
    return this.#decide(number, 'approved', by, this.#now + approvalTimes.approved);
  }

  refuse(number: number, by: string): ApprovalRequest {
    const { endsAt } = this.#requireOpen(number, ['open', 'approved']);
    return this.#decide(number, 'refused', by, endsAt);
  }

  get #now(): number {
    return this.#domain.clock.now();
  }

  #decide(number: number, state: 'approved' | 'refused', by: string, endsAt: number) {
    this.#sql.decide.run({ number, state, by, now: this.#now, endsAt });
    return this.get(number);
  }

  #live(wish: ApprovalWish): ApprovalRequest | null {
    const rows = this.#sql.live.all(digestOf(wish)).map((row) => this.#view(row));
    return rows.find(({ state }) => state !== 'over') ?? null;
  }

  #requireOpen(number: number, states: readonly ApprovalRequest['state'][]): ApprovalRequest {
    const request = this.get(number);
    if (!states.includes(request.state))
      throw new OperationError('APPROVAL_OVER', { request: number, state: request.state });
    return request;
  }

  #view(row: Row): ApprovalRequest {
    const state = row['state'] as ApprovalRequest['state'];
    const endsAt = row['ends_at'] as number;
    const lapsed = (state === 'open' || state === 'approved') && endsAt <= this.#now;
    return {
      number: row['number'] as number,
      operation: row['operation'] as string,
      title: row['title'] as string,
      says: JSON.parse(row['says'] as string) as string[],
      plan: (row['plan'] as string | null) ?? null,
      askedBy: row['asked_by'] as string,
      askedAt: row['asked_at'] as number,
      endsAt,
      freeAt: (row['free_at'] as number | null) ?? null,
      state: lapsed ? 'over' : state,
      decidedBy: (row['decided_by'] as string | null) ?? null,
      decidedAt: (row['decided_at'] as number | null) ?? null,
    };
  }
}

/**
 * What an approver signs (ECDSA P-256 with SHA-256, r || s): this keystore, this request, exactly this deed,
 * this person. Number, digest and signature stand in the audit record of `approval.give`, the public key in
 * that of `approver.add`.
 */
export const approvalStatement = (
  storeId: string,
  of: { readonly number: number; readonly digest: string; readonly approverId: string },
): Buffer =>
  canonicalBytes('approval by keyreeve v1', [storeId, of.number, of.digest, of.approverId]);

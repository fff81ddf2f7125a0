import { z } from 'zod';
import { newSession, sessionCaller } from '../auth/sessions.ts';
import { type Asking, judgeByIdentity, judgeKey } from '../policy/authorize.ts';
import { isCrossAccount } from '../policy/cross-account.ts';
import { type Caller, callerIn, rootCaller } from '../principals/caller.ts';
import { principalsSchema, type WrittenPrincipals } from '../principals/document.ts';
import { keepPrincipals } from '../principals/kept.ts';
import type { World } from '../world.ts';
import { ControlRefusal, findAnywhere, read, type Route } from './reading.ts';

/** Secrets leave by no control route, made up as they are. */
const secretMembers: ReadonlySet<string> = new Set(['secretAccessKey', 'seed', 'code']);

const shown = (written: WrittenPrincipals): unknown =>
  JSON.parse(
    JSON.stringify(written, (name, value: unknown) =>
      secretMembers.has(name) && typeof value === 'string' ? undefined : value,
    ),
  );

function show(world: World) {
  return { accounts: world.directory.accountIds, principals: shown(world.directory.written) };
}

function put(world: World, value: unknown) {
  const principals = read(principalsSchema, value);
  const written = value as WrittenPrincipals;
  world.directory.replace({ written, read: principals });
  keepPrincipals(world.state, written);
  return show(world);
}

const policySchema = z.strictObject({
  principal: z.string().min(1).max(2048),
  name: z.string().min(1).max(64),
  /** Null takes the policy away. */
  document: z.record(z.string(), z.json()).nullable(),
});

interface Holder {
  readonly name: string;
  readonly path?: string | undefined;
  policies?: Record<string, unknown> | undefined;
}

const principalShape = /^arn:aws[a-z-]*:iam::(\d{12}):(user|role)(\/(?:.+\/)?)([^/]+)$/;

function holderOf(written: WrittenPrincipals, arn: string): Holder {
  const [, accountId, kind, path, name] = principalShape.exec(arn) ?? [];
  const account = written.accounts?.find((each) => each.accountId === accountId);
  const all: readonly Holder[] = (kind === 'user' ? account?.users : account?.roles) ?? [];
  const holder = all.find((each) => each.name === name && (each.path ?? '/') === path);
  if (holder === undefined) throw new ControlRefusal(404, `no user or role ${arn}`);
  return holder;
}

/** Attaches, replaces or takes away one policy of one user or role. */
function changePolicy(world: World, body: unknown) {
  const { principal, name, document } = read(policySchema, body);
  const written = structuredClone(world.directory.written);
  const holder = holderOf(written, principal);
  const { [name]: _former, ...others } = holder.policies ?? {};
  holder.policies = document === null ? others : { ...others, [name]: document };
  return put(world, written);
}

const userSchema = z.strictObject({
  accountId: z.string().regex(/^\d{12}$/, 'not twelve digits'),
  user: z.looseObject({ name: z.string().min(1).max(64) }),
});

/** Adds one user, or puts another in the place of the one of that name; all others stay. */
function putUser(world: World, body: unknown) {
  const { accountId, user } = read(userSchema, body);
  const written = structuredClone(world.directory.written);
  const accounts = written.accounts ?? [];
  const account = accounts.find((each) => each.accountId === accountId) ?? { accountId };
  const others = (account.users ?? []).filter(({ name }) => name !== user.name);
  return put(world, {
    ...written,
    accounts: [
      ...accounts.filter((each) => each.accountId !== accountId),
      { ...account, users: [...others, user] },
    ],
  });
}

/** The caller that a name means: an access key id, the ARN of a root, user or role. */
function callerNamed(world: World, name: string, region: string): Caller {
  const { directory } = world;
  const holder = directory.findKey(name);
  if (holder !== undefined) return holder.caller;
  const root = /^arn:aws[a-z-]*:iam::(\d{12}):root$/.exec(name)?.[1];
  if (root !== undefined && directory.has(root)) return rootCaller(root);
  const user = directory.findUser(name);
  if (user !== undefined) return user;
  const [, account = '', role = ''] = /^arn:aws[a-z-]*:iam::(\d{12}):role\/(.+)$/.exec(name) ?? [];
  if (directory.findRole(name) === undefined) throw new ControlRefusal(404, `no principal ${name}`);
  const now = world.clock.now();
  const times = { issuedAt: now, expiresAt: now };
  const session = newSession({ account, role, session: 'explain', policy: null, ...times });
  return sessionCaller(session, region, directory);
}

const explainSchema = z.strictObject({
  principal: z.string().min(1).max(2048),
  action: z.string().regex(/^kms:[A-Za-z]+$/, 'not an action of KMS'),
  /** A key by id or ARN, or an alias by its ARN; absent: what belongs to no resource. */
  resource: z.string().min(1).max(2048).default('*'),
  region: z
    .string()
    .regex(/^[a-z]{2,}(-[a-z0-9]+)+$/, 'not a region')
    .default('eu-central-1'),
  /** Members of the request, as far as conditions ask for them. */
  request: z.record(z.string(), z.json()).default({}),
});

/** Judges a call that nobody makes. */
function explainCall(world: World, body: unknown) {
  const { principal, action, resource, region, request } = read(explainSchema, body);
  const operation = action.slice('kms:'.length);
  const ofKey = resource !== '*' && !resource.includes(':alias/');
  const key = ofKey ? findAnywhere(world, resource) : null;
  const at = key?.region ?? region;
  const asking: Asking = {
    world,
    operation,
    caller: callerIn(callerNamed(world, principal, at), at),
    region: at,
    input: request,
    now: world.clock.now(),
    requestId: 'explain',
  };
  if (key === null) return judgeByIdentity(asking, resource).explain();
  return judgeKey(asking, key, { crossAccount: isCrossAccount(operation) }).explain();
}

function denials(world: World, query: URLSearchParams) {
  const requestId = query.get('requestId');
  if (requestId === null) return world.denials.all();
  const found = world.denials.find(requestId);
  if (found === undefined) throw new ControlRefusal(404, `no refusal of request ${requestId}`);
  return found;
}

/** Who may do what, and why somebody may not. */
export const principalRoutes: Readonly<Record<string, Route>> = {
  'GET /principals': show,
  'POST /principals': put,
  'POST /principals/policy': changePolicy,
  'POST /principals/user': (world, body) => putUser(world, body),
  'GET /denials': (world, _body, query) => denials(world, query),
  'POST /explain': explainCall,
};

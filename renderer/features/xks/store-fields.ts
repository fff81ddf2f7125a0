import type { InputFor } from '../../../shared/contract/index.ts';
import type { Connectivity } from '../../../shared/model/xks.ts';
import type { StoreDetail } from './xks-words.ts';

/** What somebody types of a store; nothing of it is secret. */
export interface StoreForm {
  readonly name: string;
  readonly accounts: string;
  readonly credential: string;
  readonly region: string;
  readonly endpoint: string;
  readonly connectivity: Connectivity;
  readonly vpcService: string;
  readonly vpcOwner: string;
  readonly quota: string;
  /** Only of the first store. */
  readonly storage: 'hsm' | 'software';
}
export type StoreField = keyof StoreForm;

export const emptyStore: StoreForm = {
  name: '',
  accounts: '',
  credential: '',
  region: '',
  endpoint: '',
  connectivity: 'PUBLIC_ENDPOINT',
  vpcService: '',
  vpcOwner: '',
  quota: '',
  storage: 'hsm',
};

export const formOf = (store: StoreDetail): StoreForm => ({
  ...emptyStore,
  name: store.name,
  accounts: store.accounts?.join('\n') ?? '',
  credential: store.credential ?? '',
  region: store.region ?? '',
  endpoint: store.endpoint ?? '',
  connectivity: store.connectivity,
  vpcService: store.vpcService ?? '',
  vpcOwner: store.vpcOwner ?? '',
  quota: store.quota === null ? '' : String(store.quota),
});

/** Account ids as they were typed: between them anything but digits. */
const accountsOf = (text: string): string[] => [
  ...new Set(
    text
      .split(/[^\d-]+/)
      .map((each) => each.replaceAll('-', ''))
      .filter(Boolean),
  ),
];

const fits: Partial<Record<StoreField, readonly [RegExp, string]>> = {
  region: [/^[a-z]{2,4}(-[a-z]+)+-\d$/, 'A Region code, such as eu-west-1.'],
  endpoint: [
    /^https:\/\/[a-zA-Z0-9.-]{2,}$/,
    'https:// and a host name, nothing else: AWS takes no port and no path here.',
  ],
  vpcOwner: [/^\d{12}$/, 'An account id has 12 digits.'],
  quota: [/^[1-9]\d{0,5}$/, 'A number from 1 on, or nothing.'],
};
const vpcName = /^(com|eu)\.amazonaws\.vpce\.([a-z]+-){2,3}\d+\.vpce-svc-[0-9a-z]+$/;

/** What does not fit, by field. An empty field is a choice, but for name and owners. */
export function problemsOf(
  form: StoreForm,
  { practice }: { readonly practice: boolean },
): ReadonlyMap<StoreField, string> {
  const found = new Map<StoreField, string>();
  if (form.name.trim() === '') found.set('name', 'Give the store a name.');
  const accounts = accountsOf(form.accounts);
  if (accounts.some((each) => !/^\d{12}$/.test(each)))
    found.set('accounts', 'An account id has 12 digits.');
  else if (accounts.length === 0 && !practice)
    found.set('accounts', 'Say who owns KMS keys here: every other account is refused.');
  for (const [field, [pattern, problem]] of Object.entries(fits) as [
    StoreField,
    readonly [RegExp, string],
  ][]) {
    const text = form[field].trim();
    if (text !== '' && !pattern.test(text)) found.set(field, problem);
  }
  if (form.connectivity === 'VPC_ENDPOINT_SERVICE' && !vpcName.test(form.vpcService.trim()))
    found.set('vpcService', 'Such as com.amazonaws.vpce.eu-west-1.vpce-svc-0a1b2c3d.');
  return found;
}

const orNull = (text: string): string | null => (text.trim() === '' ? null : text.trim());

/** What both calls take alike. */
const placeOf = (form: StoreForm) => {
  const byVpc = form.connectivity === 'VPC_ENDPOINT_SERVICE';
  return {
    credential: orNull(form.credential),
    region: orNull(form.region),
    endpoint: orNull(form.endpoint),
    connectivity: form.connectivity,
    vpcService: byVpc ? orNull(form.vpcService) : null,
    vpcOwner: byVpc ? orNull(form.vpcOwner) : null,
    quota: form.quota.trim() === '' ? null : Number(form.quota),
  };
};

/** `first`: no store is there yet, so this one says where external keys are kept. */
export function addInput(form: StoreForm, first: boolean): InputFor<'xksStore.add'> {
  const accounts = accountsOf(form.accounts);
  return {
    name: form.name.trim(),
    accounts: accounts.length === 0 ? null : accounts,
    ...placeOf(form),
    ...(first ? { storage: form.storage } : {}),
  };
}

/** Only what differs, so that nothing is written over that somebody else changed meanwhile. */
export function editInput(form: StoreForm, before: StoreDetail): InputFor<'xksStore.edit'> {
  const was = addInput(formOf(before), false);
  const now = addInput(form, false);
  const changed = Object.entries(now).filter(
    ([field, value]) =>
      JSON.stringify(value) !== JSON.stringify(was[field as keyof typeof was]) &&
      (field !== 'accounts' || value !== null),
  );
  return { store: before.id, ...Object.fromEntries(changed) };
}

import type { QueryClient } from '@tanstack/react-query';
import { type Dialog, useDialogs } from './dialogs.ts';
import { draftOnScreen } from './kept-on-screen.ts';
import type { OperationName } from '../../shared/contract/index.ts';
import { noteAsked, noteTyped } from './cut-off.ts';

/** Fields whose text is not to be saved: what is searched for, and secrets, which must be lost. */
const passing = 'input[type=search], input[type=password], search input, [role=search] input';
const text = 'textarea, input';
/** Choices, which count in dialogs only: elsewhere they narrow what is shown, or hold at once. */
const choice = 'input[type=checkbox], input[type=radio]';

type Field = HTMLInputElement | HTMLTextAreaElement;

interface Typed {
  /** The dialog it stands in, which keeps the text while a lock or another step hides the field. */
  readonly dialog: Dialog | null;
  readonly filled: boolean;
  /** A deed of its dialog was done since. */
  saved: boolean;
}

/**
 * Knows what was typed and is not saved, and asks before the page is left or loaded again while it
 * would be lost with it. A form that was sent outside a dialog has been saved; a dialog that was goes
 * by itself, or shows what its deed brought. What such a page loses without being asked, by its own
 * end or in the middle of a deed, the next page says.
 * @param asks false where nobody can be asked: the desktop keeps its page
 * @returns ends it
 */
export function watchUnsaved(reads: QueryClient, asks: boolean): () => void {
  const unsaved = new Unsaved();
  const note = (): void => noteTyped(unsaved.inDialogs());
  const onInput = ({ target, isTrusted }: Event): void => {
    if (!isTrusted) return;
    unsaved.typed(target as Field);
    note();
  };
  const onSubmit = ({ target }: Event): void => unsaved.sent(target as HTMLFormElement);
  const onLeave = (event: BeforeUnloadEvent): void => {
    if (asks && unsaved.any()) event.preventDefault();
  };
  // Whoever leaves was asked; and no answer that comes from now on is seen by anybody.
  const onGone = (): void => {
    if (asks) noteTyped(false);
    endDeeds();
  };
  const endDeeds = reads.getMutationCache().subscribe(({ type, mutation }) => {
    const underWay = reads.isMutating({ predicate: ({ options }) => !shows(options.mutationKey) });
    noteAsked(underWay > 0);
    if (type !== 'updated' || mutation.state.status !== 'success') return;
    unsaved.did(String(mutation.options.mutationKey?.[0]));
    note();
  });
  const endDialogs = useDialogs.subscribe(note);
  document.addEventListener('input', onInput, { capture: true });
  document.addEventListener('submit', onSubmit, { capture: true });
  window.addEventListener('beforeunload', onLeave);
  window.addEventListener('pagehide', onGone);
  return () => {
    endDeeds();
    endDialogs();
    document.removeEventListener('input', onInput, { capture: true });
    document.removeEventListener('submit', onSubmit, { capture: true });
    window.removeEventListener('beforeunload', onLeave);
    window.removeEventListener('pagehide', onGone);
  };
}

/** Deeds after which nothing is in doubt: the page itself shows it, or they only look. */
const shows = (key: readonly unknown[] | undefined): boolean =>
  key?.[0] === 'keystore.unlock' || onlyLooks.has(String(key?.[0]));

/** What somebody has looked up by pressing a button: nothing is different after it. */
export const onlyLooks: ReadonlySet<string> = new Set<OperationName>([
  'audit.verify',
  'group.lookAtAlias',
  'keystore.verifyBackup',
  'xks.reconcile',
  'xksRule.try',
]);

/** What is decided over a dialog that waits for it: that one is not sent by it. */
const decides: ReadonlySet<string> = new Set<OperationName>(['approval.give', 'approval.refuse']);

/** What was typed by a person, without the text: of a field that is gone nothing is held. */
export class Unsaved {
  readonly #shown = new Map<Field, Typed>();
  readonly #hidden = new Map<Dialog, Typed[]>();

  typed(field: Field): void {
    if (!field.matches(text) || field.matches(passing)) return;
    const within = field.closest('[role=dialog]') === null ? undefined : open().at(-1);
    if (within === undefined && field.matches(choice)) return;
    this.#shown.set(field, { dialog: within ?? null, filled: isFilled(field), saved: false });
  }

  sent(form: HTMLFormElement): void {
    if (form.closest('[role=dialog]')) return;
    for (const field of this.#shown.keys()) if (form.contains(field)) this.#shown.delete(field);
  }

  /** A deed was done: what stands in the topmost dialog belongs to it, unless it only looked. */
  did(deed: string): void {
    if (onlyLooks.has(deed) || decides.has(deed)) return;
    const top = open().at(-1);
    for (const typed of this.#all()) if (typed.dialog === top) typed.saved = true;
  }

  any(): boolean {
    this.#sort();
    const shown = [...this.#shown.keys()].some(isFilled);
    return shown || this.#hidden.size > 0 || draftOnScreen();
  }

  inDialogs(): boolean {
    this.#sort();
    const shown = [...this.#shown].some(
      ([field, { dialog }]) => dialog !== null && isFilled(field),
    );
    return shown || this.#hidden.size > 0;
  }

  /** Fields that went stand for their dialog as long as that is open. */
  #sort(): void {
    const dialogs = open();
    for (const [field, typed] of this.#shown) {
      if (field.isConnected) continue;
      this.#shown.delete(field);
      if (typed.dialog === null || typed.saved || !typed.filled) continue;
      this.#hidden.set(typed.dialog, [...(this.#hidden.get(typed.dialog) ?? []), typed]);
    }
    for (const [dialog, all] of this.#hidden) {
      if (!dialogs.includes(dialog) || all.every(({ saved }) => saved)) this.#hidden.delete(dialog);
    }
  }

  *#all(): Generator<Typed> {
    yield* this.#shown.values();
    for (const all of this.#hidden.values()) yield* all;
  }
}

/** Something stands in it, or is chosen otherwise than when it was shown. */
const isFilled = (field: Field): boolean =>
  field instanceof HTMLInputElement && field.matches(choice)
    ? field.checked !== field.defaultChecked
    : field.value !== '';

const open = (): readonly Dialog[] => useDialogs.getState().open;

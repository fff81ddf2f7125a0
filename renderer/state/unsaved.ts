/** Fields whose text is not to be saved: what is searched for, and secrets, which must be lost. */
const passing = 'input[type=search], input[type=password], search input, [role=search] input';
const text = 'textarea, input';

/**
 * Asks before the page is left or loaded again while something typed would be lost with it. A form
 * that was sent outside a dialog has been saved; a dialog that was goes by itself.
 * @returns ends it
 */
export function askBeforeLoss(): () => void {
  const typed = new Set<HTMLInputElement | HTMLTextAreaElement>();
  const onInput = ({ target, isTrusted }: Event): void => {
    const field = target as HTMLInputElement;
    if (isTrusted && field.matches(text) && !field.matches(passing)) typed.add(field);
  };
  const onSubmit = ({ target }: Event): void => {
    const form = target as HTMLFormElement;
    if (form.closest('[role=dialog]')) return;
    for (const field of typed) if (form.contains(field)) typed.delete(field);
  };
  const onLeave = (event: BeforeUnloadEvent): void => {
    for (const field of typed) {
      if (!field.isConnected) typed.delete(field);
      else if (field.value !== '') event.preventDefault();
    }
  };
  document.addEventListener('input', onInput, { capture: true });
  document.addEventListener('submit', onSubmit, { capture: true });
  window.addEventListener('beforeunload', onLeave);
  return () => {
    document.removeEventListener('input', onInput, { capture: true });
    document.removeEventListener('submit', onSubmit, { capture: true });
    window.removeEventListener('beforeunload', onLeave);
  };
}

import { storeVariants } from './store-variants.ts';
import { type Variant, variants } from './variants.ts';

/** Every deed under test. */
export const allVariants: readonly Variant[] = [...variants, ...storeVariants];

export function variantNamed(name: string): Variant {
  const found = allVariants.find((each) => each.name === name);
  if (!found) throw new Error(`no variant ${name}: ${allVariants.map((v) => v.name).join(', ')}`);
  return found;
}

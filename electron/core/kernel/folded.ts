/** A text as it is compared whatever its case, and however its letters were composed. */
export const folded = (text: string): string => text.toWellFormed().normalize('NFKC').toLowerCase();

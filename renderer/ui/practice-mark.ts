import { createContext } from 'react';

/**
 * What the words of a primary deed end with: each dialog sets it, from whether the keystore is one to
 * practise with. Elsewhere nothing.
 */
export const PracticeMark = createContext('');
export const practiceMark = ' (practice)';

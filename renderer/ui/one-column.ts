/**
 * Zoomed in until 560 px are left, down to 320 (WCAG 1.4.10), everything stands in one column and the
 * page scrolls as a whole. Style sheets, which cannot read this, say the same.
 */
export const oneColumn = '(max-width: 560px)';

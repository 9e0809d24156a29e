const BESIDE_ONE = 16; // pixels of the letters on a screen at arm's length

/** How much larger than on a desk things are drawn: with the page's letters, so that a wall's pictures are read like its text. */
export const larger = (): number => Math.max(1, parseFloat(getComputedStyle(document.documentElement).fontSize) / BESIDE_ONE);

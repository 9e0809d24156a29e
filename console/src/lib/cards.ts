/** A row as a card, where a screen is too narrow for its columns; widths are in signs. */
const [HALF, LINE, SIGN_PX] = [23, 38, 7.2];

/** Whether so many signs stand side by side in a box of so many pixels. */
export const fits = (signs: number, px: number) => px === 0 || signs * SIGN_PX <= px;

/** Whether what is so long has a line for itself. */
export const alone = (wide: number) => wide > HALF;

export const linesOf = (wide: number) => (wide > LINE ? 2 : 1);

/** How many lines a card has: the first column leads, what is short stands two by two, what is long alone. */
export function linesOfCard(widths: readonly number[]): number {
  const [lead = 0, ...rest] = widths;
  let [lines, half] = [linesOf(lead), false];
  for (const wide of rest) {
    lines += alone(wide) ? linesOf(wide) : half ? 0 : 1;
    half = !alone(wide) && !half;
  }
  return lines;
}

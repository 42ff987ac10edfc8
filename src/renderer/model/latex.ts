/** Text as LaTeX takes it. */

const signs: Record<string, string> = {
  '\\': '\\textbackslash{}',
  '~': '\\textasciitilde{}',
  '^': '\\textasciicircum{}',
  '−': '$-$',
  '±': '$\\pm$',
  '×': '$\\times$',
  '÷': '$\\div$',
  '≤': '$\\leq$',
  '≥': '$\\geq$',
  '<': '$<$',
  '>': '$>$',
  α: '$\\alpha$',
  Δ: '$\\Delta$',
  '–': '--',
  '’': "'",
  '⅛': '1/8',
  '¼': '1/4',
  '⅜': '3/8',
  '½': '1/2',
  '¾': '3/4',
  '⅓': '1/3',
  '⅔': '2/3',
  '\u202f': '\\,',
};

export const latex = (text: string): string =>
  text.replaceAll(/[\\&%$#_{}~^−±×÷≤≥<>αΔ–’⅛¼⅜½¾⅓⅔\u202f]/g, (sign) => signs[sign] ?? `\\${sign}`);

// Exact money: BigInt ten-thousandths of a currency unit. No amount ever becomes a float.

const E4 = 10_000n;
const DECIMAL = /^(-?)(\d+)(?:\.(\d+))?$/;
const DIGITS = {
  BIF: 0,
  CLP: 0,
  DJF: 0,
  GNF: 0,
  ISK: 0,
  JPY: 0,
  KMF: 0,
  KRW: 0,
  PYG: 0,
  RWF: 0,
  UGX: 0,
  VND: 0,
  VUV: 0,
  XAF: 0,
  XOF: 0,
  XPF: 0,
  BHD: 3,
  IQD: 3,
  JOD: 3,
  KWD: 3,
  LYD: 3,
  OMR: 3,
  TND: 3,
};

/** The smallest amount of a currency, in ten-thousandths: 100n for a cent. */
export function stepOf(currency) {
  return 10n ** BigInt(4 - (DIGITS[currency] ?? 2));
}

/** Decimal text to ten-thousandths; `where` names the value in the error. */
export function parseMoney(text, where = 'amount') {
  const match = DECIMAL.exec(String(text));
  if (!match || (match[3] ?? '').length > 4) {
    throw new RangeError(
      `${where}: "${text}" is not a decimal with at most 4 digits after the point`,
    );
  }
  const amount = BigInt(match[2]) * E4 + BigInt((match[3] ?? '').padEnd(4, '0'));
  return match[1] ? -amount : amount;
}

/** Ten-thousandths as the shop writes them: at least one decimal, no further zeros ("55.0", "25.98"). */
export function formatMoney(amount) {
  const abs = amount < 0n ? -amount : amount;
  const fraction = String(abs % E4)
    .padStart(4, '0')
    .replace(/0{1,3}$/, '');
  return `${amount < 0n ? '-' : ''}${abs / E4}.${fraction}`;
}

/** Decimal text ("0.13") as an exact fraction. */
export function ratio(text, where = 'rate') {
  const match = DECIMAL.exec(String(text));
  if (!match) throw new RangeError(`${where}: "${text}" is not a decimal number`);
  const digits = match[3] ?? '';
  const num = BigInt(match[2] + digits);
  return { num: match[1] ? -num : num, den: 10n ** BigInt(digits.length) };
}

/** amount * num / den, rounded half away from zero to a multiple of `step`. */
export function scale(amount, num, den, step) {
  const top = amount * num;
  const bottom = den * step;
  const negative = top < 0n !== bottom < 0n;
  const [a, b] = [top < 0n ? -top : top, bottom < 0n ? -bottom : bottom];
  const rounded = (2n * a + b) / (2n * b);
  return (negative ? -rounded : rounded) * step;
}

/** Splits `total` by `weights`, every part a multiple of `step`; the parts add up to `total` exactly. */
export function allocate(total, weights, step) {
  const sum = weights.reduce((a, b) => a + b, 0n);
  let weightSoFar = 0n;
  let givenSoFar = 0n;
  return weights.map((weight) => {
    weightSoFar += weight;
    const upTo = sum === 0n ? 0n : scale(total, weightSoFar, sum, step);
    const part = upTo - givenSoFar;
    givenSoFar = upTo;
    return part;
  });
}

export const sumOf = (list, pick = (x) => x) => list.reduce((total, x) => total + pick(x), 0n);

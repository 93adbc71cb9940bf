import assert from 'node:assert/strict';
import { test } from 'node:test';
import { allocate, formatMoney, parseMoney, ratio, scale, stepOf } from './money.mjs';
import { taxesOf } from './totals.mjs';

test('amounts are read and written without a float, in the scale the API uses', () => {
  for (const [text, written] of [
    ['55', '55.0'],
    ['25.98', '25.98'],
    ['12.50', '12.5'],
    ['0.1250', '0.125'],
    ['-3.10', '-3.1'],
    ['900719925474099.1234', '900719925474099.1234'],
  ]) {
    assert.equal(formatMoney(parseMoney(text)), written);
  }
  assert.throws(() => parseMoney('1e3', 'price'), /price: "1e3" is not a decimal/);
  assert.throws(() => parseMoney('1.00001'), /4 digits/);
});

test('rounding is half away from zero, to the smallest amount of the currency', () => {
  const cents = (text, rate, currency = 'USD') => {
    const { num, den } = ratio(rate);
    return formatMoney(scale(parseMoney(text), num, den, stepOf(currency)));
  };
  assert.equal(cents('0.5', '0.13'), '0.07');
  assert.equal(cents('-0.5', '0.13'), '-0.07');
  assert.equal(cents('0.49', '0.13'), '0.06');
  assert.equal(cents('149', '0.5', 'JPY'), '75.0');
  assert.equal(cents('1', '0.0015', 'KWD'), '0.002');
});

test('parts of an allocation add up to the whole, whatever the weights', () => {
  const step = stepOf('USD');
  for (const total of ['10', '0.01', '99.99', '0']) {
    for (const weights of [[1n, 1n, 1n], [7n, 0n, 13n, 29n], [1n]]) {
      const parts = allocate(parseMoney(total), weights, step);
      assert.equal(
        parts.reduce((a, b) => a + b, 0n),
        parseMoney(total),
      );
      assert.ok(parts.every((part) => part % step === 0n));
    }
  }
});

test('contained taxes of several rates add up to the tax of the whole', () => {
  const rates = [{ rate: '0.05' }, { rate: '0.09975' }];
  const [a, b] = taxesOf(parseMoney('114.98'), rates, true, stepOf('CAD'));
  assert.equal(formatMoney(a.amount), '5.0');
  assert.equal(formatMoney(b.amount), '9.98');
});

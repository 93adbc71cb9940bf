// What was paid, authorised and given back on an order, and the status that follows from it.
import { sumOf } from './money.mjs';
import { totalsOf } from './totals.mjs';

const succeeded = (order, kinds) =>
  order.transactions.filter((t) => kinds.includes(t.kind) && t.status === 'SUCCESS');

export const receivedOf = (order) => sumOf(succeeded(order, ['SALE', 'CAPTURE']), (t) => t.amount);
export const refundedOf = (order) => sumOf(succeeded(order, ['REFUND']), (t) => t.amount);
export const netPaymentOf = (order) => receivedOf(order) - refundedOf(order);

export function authorizedOf(order) {
  if (order.isExpired || succeeded(order, ['VOID', 'CAPTURE']).length > 0) return 0n;
  return sumOf(succeeded(order, ['AUTHORIZATION']), (t) => t.amount);
}

export const isPending = (order) => order.transactions.some((t) => t.status === 'PENDING');

export function addTransaction(order, { kind, amount, status = 'SUCCESS', atUs, newId }) {
  order.transactions.push({
    __typename: 'OrderTransaction',
    order,
    id: newId(),
    kind,
    amount,
    status,
    gateway: order.gateway,
    createdUs: atUs,
  });
}

/** Shopify's displayFinancialStatus, or null where no payment was ever stated. */
export function financialStatusOf(order) {
  const received = receivedOf(order);
  const refunded = refundedOf(order);
  if (succeeded(order, ['VOID']).length > 0) return 'VOIDED';
  if (succeeded(order, ['SALE', 'CAPTURE']).length > 0) {
    if (refunded > 0n) return refunded >= received ? 'REFUNDED' : 'PARTIALLY_REFUNDED';
    return received < totalsOf(order).currentTotal ? 'PARTIALLY_PAID' : 'PAID';
  }
  if (succeeded(order, ['AUTHORIZATION']).length > 0)
    return order.isExpired ? 'EXPIRED' : 'AUTHORIZED';
  return isPending(order) ? 'PENDING' : null;
}

/** What is still to be paid; negative when money is owed to the customer. */
export function outstandingOf(order) {
  const { currentTotal } = totalsOf(order);
  const isKept = order.moneyRefundMode === 'none' && order.cancelledUs === null;
  const kept = isKept ? order.moneyRefunded : 0n;
  return currentTotal - kept - netPaymentOf(order) - authorizedOf(order);
}

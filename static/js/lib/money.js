// Rubles for people.

export function rubles(value, language) {
  const whole = Number.isInteger(value);
  return new Intl.NumberFormat(language, {
    style: 'currency', currency: 'RUB', minimumFractionDigits: whole ? 0 : 2, maximumFractionDigits: 2,
  }).format(value);
}

// The amount of a payment's payload; kopeks win over rubles.
export function amountOf(payload) {
  if (Number.isInteger(payload.amount_kopeks)) return payload.amount_kopeks / 100;
  return typeof payload.amount_rubles === 'number' ? payload.amount_rubles : null;
}

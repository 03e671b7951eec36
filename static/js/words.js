// An event in words.
import { said, t, word } from './i18n.js';
import { eventTypes } from './known.js';
import { rubles, sumOf } from './lib/money.js';
import { plain, sentence, SUM } from './lib/sentence.js';
import { inLine, isSeen } from './lib/text.js';
import { moment } from './lib/time.js';
import { computed } from './ui.js';

const ICONS = {
  __proto__: null, // a type may be called constructor.made
  user: 'user-plus',
  payment: 'russian-ruble',
  transaction: 'arrow-left-right',
  ticket: 'message-circle',
  subscription: 'calendar',
  autopay: 'rotate-ccw',
  balance: 'wallet',
  referral: 'users',
  account: 'shield-check',
  webhook: 'webhook',
};
const HUES = 8; // --type-1 to --type-8
const FACTS = 4; // fields of a payload that nobody described
const LONGEST = 300; // characters of a row
const MOMENT = /\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d)/g;

const types = computed(() => new Map(eventTypes.value.map((one) => [one.value, one])));
const textOf = (type) => types.value.get(type)?.text ?? '';
const family = (type) => type.split('.')[0];
const told = (text) => inLine(text.slice(0, LONGEST).replace(MOMENT, (one) => moment(one)));

export const iconOf = (type) => ICONS[family(type)] ?? 'zap';
export const hueOf = (type) => 1 + ([...type].reduce((sum, sign) => sum + sign.charCodeAt(), 0) % HUES);
export const labelOf = (type) => types.value.get(type)?.label ?? word('label', type);

export const sentenceOf = ({ type, payload = {} }) =>
  told(textOf(type) ? sentence(textOf(type), payload) : t('eventOf', { type }));

// "+500 ₽": the one sum that an event tells; empty when there is none.
export function amountOf({ type, payload = {} }) {
  const sum = sumOf(payload, sumField(type));
  return sum === null ? '' : `${sum > 0 && family(type) === 'payment' ? '+' : ''}${rubles(sum)}`;
}

export function detailsOf({ type, payload = {} }) {
  const parts = DETAILS[family(type)]?.(payload).filter(Boolean).map(plain);
  return told(parts?.join(' · ') || rest(type, payload) || facts(payload));
}

const DETAILS = {
  __proto__: null,
  user: (one) => [nameOf(one)],
  payment: (one) => [nameOf(one), word('method', one.payment_method)],
  transaction: (one) => [word('transaction', one.type), ...DETAILS.payment(one)],
  ticket: ({ ticket_id: id, new_status: status, title, message_text: text }) => [
    id && t('ticketNumber', { id }),
    word('ticket', status),
    title ?? text,
  ],
  webhook: (one) => [one.name, problemIn(one)],
};

function nameOf({ username, first_name: first, last_name: last, email, user_id: id }) {
  const name = [first, last].filter(isSeen).join(' ');
  if (isSeen(username)) return name ? `${name} (@${username})` : `@${username}`;
  return name || email || (id && t('userNumber', { id }));
}

// One of a filter.
export const conditionText = ({ field, op, value }) => [field, t(`op.${op}`), [value].flat().join(', ')].join(' ');

// Why a webhook fails, in few words.
export const problemIn = ({ last_error: error, disabled_reason: reason }) =>
  reason ? said(reason) : error && t(`code.${error.code}`, { status: error.status });

// Without the sum, which has its own column; nothing where it only repeats the label.
function rest(type, payload) {
  const sum = sumField(type);
  const others = { ...payload, [sum]: undefined, [sum.replace(/_kopeks$/, '_rubles')]: undefined };
  const whole = sentence(textOf(type), others);
  return whole === labelOf(type) ? '' : whole;
}

function sumField(type) {
  const fields = [...textOf(type).matchAll(SUM)];
  return fields.length === 1 ? fields[0][1] : fields.length ? '' : 'amount_kopeks';
}

const facts = (payload) =>
  Object.entries(payload)
    .filter(([, value]) => value !== null && typeof value?.valueOf() !== 'object')
    .slice(0, FACTS)
    .map(([name, value]) => `${name}: ${value}`)
    .join(' · ');

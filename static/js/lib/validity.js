// What the browser would say of a field in its own language, said in the page's.
import { t } from '../i18n.js';

const FAULTS = ['badInput', 'valueMissing', 'typeMismatch', 'rangeUnderflow', 'stepMismatch'];

function tell({ target }) {
  const fault = FAULTS.find((one) => target.validity[one]);
  if (fault) target.setCustomValidity(t(`field.${fault}`, target));
}

// What was said of a form ends with what is typed, and before the browser looks again.
function forget({ target }) {
  for (const one of target.closest('form')?.elements ?? []) one.setCustomValidity('');
}

addEventListener('invalid', tell, true);
for (const kind of ['input', 'click']) addEventListener(kind, forget, true);

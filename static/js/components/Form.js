// Forms; what the server finds stands in its place.
import { createContext } from '../../vendor/preact.js';
import { useContext } from '../../vendor/preact-hooks.js';
import { Dialog } from './Dialog.js';
import { Copyable, html, said, t, useEffect, useRef, useState } from './parts.js';

const Findings = createContext([]); // [{loc, msg}] of the server's refusal

// What the server found of a field, by its name: «options.chat_id».
export function Finding({ of: name }) {
  const found = useContext(Findings).find(({ loc = [] }) => `${loc.join('.')}.`.startsWith(`${name}.`));
  return found && html`<small class="problem" role="alert">${said(found.msg)}</small>`;
}

// One field: `label` and `hint` are keys of the texts, what is not named here is the element's own.
export function Field({ label, hint, as = 'input', children, after, ...own }) {
  return html`<label>${t(label)}${own.required && ' *'}<${as} ...${own}>${children}<//>${after}
    ${hint && html`<small class="muted">${t(hint)}</small>`}${own.name && html`<${Finding} of=${own.name} />`}</label>`;
}

// `options`: [[value, key of its text]].
export const Select = ({ options, onChange, ...more }) => html`<${Field} as="select" ...${more}
  onChange=${({ target }) => onChange?.(target.value)}>
  ${options.map(
    ([value, text]) => html`<option value=${value}
    selected=${value === more.value}>${t(text)}</option>`,
  )}<//>`;

export const Check = ({ label, hint, children, onChange, hidden, ...own }) =>
  html`<label class="check" hidden=${hidden}><input type="checkbox" ...${own}
    onChange=${(event) => onChange?.(event.target.checked, event.target)} />
    <span>${children ?? t(label)}${hint && html`<small class="muted">${t(hint)}</small>`}</span></label>`;

// `action` takes what was typed (FormData); what it throws stands under the field that it is about, or below all.
// `label` is on its button, `cancel` on the one beside; `done` is said once it is done, until something is typed again.
export function Form({
  element,
  action,
  label,
  kind = 'primary',
  done,
  isReady = true,
  onCancel,
  cancel = 'cancel',
  onInput,
  children,
}) {
  const own = useRef(null);
  const form = element ?? own;
  const [{ isSending, isDone, error }, setState] = useState({});
  const findings = error?.errors ?? [];
  async function submit(event) {
    event.preventDefault();
    setState({ isSending: true });
    try {
      await action(new FormData(form.current));
      setState({ isDone: true });
    } catch (failure) {
      setState({ error: failure });
    }
  }
  const type = (event) => {
    if (isDone) setState({});
    onInput?.(event);
  };
  const isNamed = ({ loc }) => [...form.current.elements].some(({ name }) => name?.split('.')[0] === loc?.[0]);
  useEffect(() => {
    const found = form.current.querySelector('[role=alert]');
    for (const folded of form.current.querySelectorAll('details:has([role=alert])')) folded.open = true;
    found?.scrollIntoView({ block: 'center' });
  }, [error]);
  return html`<form class="fields" ref=${form} onSubmit=${submit} onInput=${type}>
    <${Findings.Provider} value=${findings}>${children}<//>
    ${error && !findings.some(isNamed) && html`<p class="problem" role="alert">${said(error.message)}</p>`}
    <div class="buttons">${done && isDone && html`<span class="muted" role="status">${t(done)}</span>`}
      ${onCancel && html`<button type="button" onClick=${onCancel} disabled=${isSending}>${t(cancel)}</button>`}
      <button class=${kind} disabled=${isSending || !isReady}>${t(isSending && done ? 'saving' : label)}</button></div>
  </form>`;
}

// A question: `title` is a key, and on the button too. Closed when `action` is done, unless that promises what
// is shown next.
export function Ask({ title, text, action, onClose, children, light = false, ...form }) {
  const [next, setNext] = useState(null);
  const act = async (given) => setNext((await action(given)) ?? onClose());
  const asked = () => html`<${Form} label=${title} ...${form} action=${act} onCancel=${onClose}>
    ${text && html`<p>${text}</p>`}${children}<//>`;
  return html`<${Dialog} title=${t(title)} onClose=${onClose} light=${light}>${next ?? asked()}<//>`;
}

// What is shown once: the dialog asks before it closes over it.
export const Once = ({ text, label, hint, onDone, children }) => html`<p>${hint}</p>
  <div data-once><${Copyable} text=${text} label=${label} /></div>${children}
  <div class="buttons"><button class="primary" onClick=${onDone}>${t('done')}</button></div>`;

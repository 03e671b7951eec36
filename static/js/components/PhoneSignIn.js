// A one-time sign-in link as a QR code.
import { authApi } from '../api.js';
import { Dialog } from './Dialog.js';
import { insist } from './Lazy.js';
import { Copyable, html, Loaded, t, useLoaded } from './parts.js';

const QUIET = 4; // modules of white around the code (ISO/IEC 18004)
const HERE = /^(localhost|127\.[\d.]+|\[::1\])$/;

export function PhoneSignIn({ onClose }) {
  const load = async () => {
    const [{ url }, { generate }] = await Promise.all([
      authApi.link(),
      insist(() => import('../../vendor/lean-qr.js')),
    ]);
    return { url, code: generate(url) };
  };
  const link = ({ url, code }) => html`<${Picture} code=${code} />
    ${HERE.test(new URL(url).hostname) && html`<p class="problem">${t('phoneHere')}</p>`}
    <${Copyable} text=${url} label=${t('phoneLink')} />`;
  return html`<${Dialog} title=${t('phoneSignIn')} onClose=${onClose}>
    <p>${t('phoneHint')}</p><${Loaded} of=${useLoaded(load, [])}>${link}<//><//>`;
}

function Picture({ code }) {
  const whole = code.size + 2 * QUIET;
  const all = [...Array(code.size).keys()];
  const dark = all.flatMap((y) => all.filter((x) => code.get(x, y)).map((x) => `M${x + QUIET} ${y + QUIET}h1v1h-1z`));
  return html`<svg class="qr" role="img" aria-label=${t('phoneSignIn')}
    viewBox="0 0 ${whole} ${whole}" shape-rendering="crispEdges">
    <rect width=${whole} height=${whole} fill="#fff" /><path d=${dark.join('')} fill="#000" /></svg>`;
}

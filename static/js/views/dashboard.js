// #/ : is all well, the numbers, the charts, what just happened.
import { statsApi } from '../api.js';
import { DashboardStats } from '../components/DashboardStats.js';
import { EventList } from '../components/EventRow.js';
import { FirstRun } from '../components/FirstRun.js';
import { Health, Refused } from '../components/Health.js';
import { insist } from '../components/Lazy.js';
import {
  go,
  html,
  Icon,
  query,
  Skeleton,
  t,
  useEffect,
  useEvery,
  useLoaded,
  useRef,
  useState,
} from '../components/parts.js';
import { TypeFilter } from '../components/Search.js';
import { isLoaded, stream } from '../known.js';

const SHOWN = 50; // on a phone, where the charts stand below:
const SHOWN_ON_PHONE = 12;
const phone = matchMedia('(max-width: 960px)');
const DAYS_EVERY = 300_000; // ms
const NEAR = { rootMargin: '200px' };

export function Dashboard() {
  const { value: days } = useLoaded(() => statsApi.series('30d'), [useEvery(DAYS_EVERY)]);
  if (!isLoaded.value) return html`<${Waiting} />`; // at once: nothing jumps as one part after another comes
  return html`<${Health} /><${Refused} /><${FirstRun} /><${DashboardStats} days=${days} />
    ${stream.value.length > 0 && html`<${ChartsWhenNear} />`}<${Stream} />`;
}

// The shape of it, as in index.html.
function Waiting() {
  const stat = html`<div class="card stat"><${Skeleton} rows=${2} /></div>`;
  return html`<div class="health skeleton" aria-hidden="true"></div>
    <section class="stats">${[stat, stat, stat, stat]}</section>
    <section class="card"><${Skeleton} rows=${10} /></section>`;
}

// On a phone they stand below the stream: not asked for before somebody scrolls there.
function ChartsWhenNear() {
  const [module, setModule] = useState(null);
  const place = useRef(null);
  useEffect(() => {
    const load = () => insist(() => import('../components/Charts.js')).then(setModule);
    const observer = new IntersectionObserver((seen) => seen.at(-1).isIntersecting && load(), NEAR);
    observer.observe(place.current);
    return () => observer.disconnect();
  }, []);
  return module ? html`<${module.Charts} />` : html`<section class="charts later" ref=${place} />`;
}

function Stream() {
  const [held, setHeld] = useState(null); // the list as it was when it was paused
  const type = query('type');
  const most = phone.matches ? SHOWN_ON_PHONE : SHOWN;
  const shown = (held ?? stream.value).filter((one) => !type || one.type === type).slice(0, most);
  const missed = held ? stream.value.filter((one) => one.id > (held[0]?.id ?? 0)).length : 0;
  const search = (event) => {
    event.preventDefault();
    go(`#/events?q=${encodeURIComponent(event.target.q.value)}`);
  };
  return html`<section class="card events">
    <header class="row"><h2>${t('stream')}</h2><span class="toolbar" hidden=${!stream.value.length}>
      <form class="wide" onSubmit=${search}>
        <input type="search" name="q" data-search placeholder=${t('searchEvents')} aria-label=${t('search')} /></form>
      <${TypeFilter} />
      <button aria-pressed=${held !== null} onClick=${() => setHeld(held ? null : stream.value)}>
        <${Icon} name=${held ? 'play' : 'pause'} /> ${t(held ? 'resume' : 'pause')}</button></span></header>
    ${missed > 0 && html`<p class="muted" role="status">${t('paused', { count: missed })}</p>`}
    ${!shown.length && html`<p class="muted">${t(type ? 'noneLately' : 'noEvents')}</p>`}
    <${EventList} events=${shown} />
    <p hidden=${!stream.value.length}><a href=${type ? `#/events?type=${type}` : '#/events'}>${t('allEvents')}</a></p>
  </section>`;
}

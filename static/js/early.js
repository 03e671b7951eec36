// Before the first picture: its language and theme, and whether somebody is signed in. The words are asked for
// while the modules are on their way.
(() => {
  const root = document.documentElement;
  const kept = (area, key) => {
    try {
      return globalThis[area].getItem(`bedolaga.${key}`);
    } catch {
      return null; // storage is denied
    }
  };
  const languages = [kept('localStorage', 'language'), ...(navigator.languages ?? []), navigator.language];
  root.lang = languages.join().match(/\b(ru|en)\b/)?.[0] ?? 'en';
  const theme = kept('localStorage', 'theme');
  if (['light', 'dark'].includes(theme)) root.dataset.theme = theme;
  const isIn = kept('localStorage', 'token') ?? kept('sessionStorage', 'token') ?? location.hash.startsWith('#token=');
  root.classList.toggle('known', Boolean(isIn));
  const words = document.createElement('link');
  Object.assign(words, { rel: 'preload', as: 'fetch', crossOrigin: 'anonymous', href: `js/locales/${root.lang}.json` });
  document.head.append(words);
})();

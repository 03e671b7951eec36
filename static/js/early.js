// Before the first picture, and no module for it: whose language and theme it is, and whether somebody is
// signed in. The words are asked for while the modules are still on their way.
(() => {
  const root = document.documentElement;
  const kept = (area, key) => {
    try {
      return globalThis[area].getItem(`bedolaga.${key}`);
    } catch {
      return null; // storage is denied
    }
  };
  const languages = [kept('localStorage', 'language'), navigator.language].map((one) => one?.slice(0, 2));
  root.lang = languages.find((one) => ['ru', 'en'].includes(one)) ?? 'en';
  const theme = kept('localStorage', 'theme');
  if (['light', 'dark'].includes(theme)) root.dataset.theme = theme;
  root.classList.toggle('known', Boolean(kept('localStorage', 'token') ?? kept('sessionStorage', 'token')));
  const words = document.createElement('link');
  Object.assign(words, { rel: 'preload', as: 'fetch', crossOrigin: 'anonymous', href: `js/locales/${root.lang}.json` });
  document.head.append(words);
})();

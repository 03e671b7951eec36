// /docs: RapiDoc takes an address to call as a whole only, and here it depends on the proxy's prefix.
const viewer = document.querySelector('rapi-doc');
const here = new URL('.', location.href).href.replace(/\/$/, '');
viewer.setAttribute('server-url', here);
viewer.setAttribute('default-api-server', here);

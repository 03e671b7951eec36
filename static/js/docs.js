// /docs: RapiDoc takes an address to call as a whole only, and here it depends on the proxy's prefix.
const here = new URL('.', location.href).href.replace(/\/$/, '');
for (const name of ['server-url', 'default-api-server']) document.querySelector('rapi-doc').setAttribute(name, here);

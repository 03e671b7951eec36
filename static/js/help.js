// Where the documents tell of a view of the page: a section of docs/page.md, in the reader's language.
import { language } from './i18n.js';

export const helpOf = (view) => `help/${language.value === 'ru' ? 'ru/' : ''}page.html#${view}`;

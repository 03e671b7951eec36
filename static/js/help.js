// Where the documents tell of something, in the reader's language: /help/ has the pages of docs/.
import { language } from './i18n.js';

export const helpAt = (page, section) => `help/${language.value === 'ru' ? 'ru/' : ''}${page}.html#${section}`;
export const helpOf = (view) => helpAt('page', view);

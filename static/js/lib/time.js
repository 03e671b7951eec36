// Times for people, in the browser's zone.

export function clock(timestamp, language) {
  return new Date(timestamp).toLocaleTimeString(language);
}

export function moment(timestamp, language) {
  return new Date(timestamp).toLocaleString(language);
}

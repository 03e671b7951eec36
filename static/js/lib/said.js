// The server's sentences in the reader's language, by their English templates: what stands for `{name}` in
// one is looked up as well where it is words.

export function translator(templates) {
  const open = Object.entries(templates)
    .filter(([template]) => template.includes('{'))
    .map(([template, text]) => [patternOf(template), text]);

  function known(sentence) {
    if (Object.hasOwn(templates, sentence)) return templates[sentence];
    for (const [pattern, text] of open) {
      const found = sentence.match(pattern);
      if (found) return text.replace(/\{(\w+)\}/g, (_, name) => inside(found.groups[name]));
    }
    // A finding is named before what is found, and ends with a full stop when it is a whole answer.
    const { where, what, stop } = sentence.match(/^(?<where>(?:[\w.-]+: )*)(?<what>.+?)(?<stop>\.?)$/s)?.groups ?? {};
    const rest = (where || stop) && known(what);
    return rest ? where + rest + stop : undefined;
  }

  const inside = (words) => (words.includes(' ') && known(words)) || words;
  return { known, said: (sentence) => (sentence && known(sentence)) ?? sentence };
}

function patternOf(template) {
  const literal = template.replace(/[.*+?^$()|[\]\\]/g, '\\$&');
  return new RegExp(`^${literal.replace(/\{(\w+)\}/g, '(?<$1>.*?)')}$`, 's');
}

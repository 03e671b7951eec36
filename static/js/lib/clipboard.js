// Copying, also where there is no clipboard to write to: pages at http://IP have none.

// Whether `text` was copied; if not, it is selected in `element` for the reader to copy.
export async function copy(text, element) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copySelected(text, element);
  }
}

// Selected in its place: an open dialog lets nothing outside of it be selected.
function copySelected(text, element) {
  const put = (event) => {
    event.clipboardData.setData('text/plain', text);
    event.preventDefault();
  };
  getSelection().selectAllChildren(element);
  document.addEventListener('copy', put, { capture: true, once: true });
  const isCopied = document.execCommand('copy');
  document.removeEventListener('copy', put, { capture: true });
  if (isCopied) getSelection().removeAllRanges();
  return isCopied;
}

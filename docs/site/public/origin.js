// Code on the pages names the development server. Where the site is served from elsewhere, it names that server.
const documented = "127.0.0.1:8787";

/** The same text for the server that this page came from. */
function here(text) {
  return text
    .replaceAll(`http://${documented}`, location.origin)
    .replaceAll(`ws://${documented}`, location.origin.replace("http", "ws"))
    .replaceAll(documented, location.host);
}

if (location.host !== documented) {
  for (const block of document.querySelectorAll("code, td, p")) {
    const texts = document.createTreeWalker(block, NodeFilter.SHOW_TEXT);
    for (let text = texts.nextNode(); text; text = texts.nextNode())
      if (text.data.includes(documented)) text.data = here(text.data);
  }
  // What the copy buttons copy.
  for (const button of document.querySelectorAll("[data-code]"))
    button.dataset.code = here(button.dataset.code);
}

// Loads the page again when a build changed it, only its stylesheets when only they changed, and shows an author's
// mistakes over the page.
(() => {
  "use strict";
  let heard = null;
  let panel = null;

  const style = document.createElement("link");
  style.rel = "stylesheet";
  style.href = "/_leadsite/reload.css";
  document.head.append(style);

  function element(tag, className, text) {
    const node = document.createElement(tag);
    node.className = className;
    if (text) node.textContent = text;
    return node;
  }

  // The line of the source, with the word at the place marked. A place counts signs, not UTF-16 units.
  function source(problem) {
    const line = element("pre", "leadsite-source");
    const signs = Array.from(problem.source.replace(/^\ufeff/, ""));
    const at = problem.col ? Math.min(problem.col - 1, signs.length) : signs.length;
    const rest = signs.slice(at).join("");
    const marked = (rest.match(/^(?:[\p{L}\p{N}_-]+|.)/u) || [""])[0];
    line.append(signs.slice(0, at).join(""), element("mark", "leadsite-mark", marked), rest.slice(marked.length));
    return line;
  }

  function describe(problem) {
    const item = element("li", "leadsite-problem");
    item.append(element("p", "leadsite-place", problem.place));
    item.append(element("p", "leadsite-msg", problem.msg));
    if (problem.source) item.append(source(problem));
    if (problem.hint) item.append(element("p", "leadsite-hint", problem.hint));
    return item;
  }

  function show(problems) {
    if (panel) panel.remove();
    panel = null;
    if (!problems || problems.length === 0) return;
    panel = element("div", "leadsite-overlay");
    panel.setAttribute("role", "alert");
    const words = problems.length === 1 ? "One mistake in the source" : problems.length + " mistakes in the source";
    panel.append(element("h2", "leadsite-title", words));
    panel.append(element("p", "leadsite-lead", "The page beneath is from before. It comes back by itself once they are mended."));
    const list = element("ol", "leadsite-list");
    list.append(...problems.map(describe));
    panel.append(list);
    document.body.append(panel);
  }

  // The page as it is on the server now names its stylesheets; they replace those of the page as it is here.
  async function restyle() {
    const response = await fetch(location.href);
    const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
    const wanted = [...fresh.querySelectorAll("link[rel=stylesheet]")];
    const here = [...document.querySelectorAll("link[rel=stylesheet]")].filter((link) => link !== style);
    wanted.forEach((link, i) => {
      const next = document.importNode(link);
      next.addEventListener("load", () => here[i]?.remove());
      document.head.insertBefore(next, style);
    });
  }

  // A form that is being sent is waited for: its visitor would lose what was written.
  function reload() {
    if (document.querySelector("form[aria-busy=true]")) setTimeout(reload, 500);
    else location.reload();
  }

  const events = new EventSource("/_leadsite/events?page=" + encodeURIComponent(location.pathname));
  events.onmessage = (message) => {
    const state = JSON.parse(message.data);
    if (heard && state.page !== heard.page) {
      events.close();
      reload();
      return;
    }
    if (heard && state.styles !== heard.styles) restyle();
    heard = state;
    show(state.problems);
  };
  window.addEventListener("pagehide", () => events.close());
})();

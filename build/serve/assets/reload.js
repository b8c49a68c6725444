// Reloads the page when the site was built anew, and shows an author's mistakes over it.
(() => {
  "use strict";
  let edition = null;
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

  function describe(problem) {
    const item = element("li", "leadsite-problem");
    item.append(element("p", "leadsite-place", problem.place));
    item.append(element("p", "leadsite-msg", problem.msg));
    if (problem.source) item.append(element("pre", "leadsite-source", problem.source));
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

  const events = new EventSource("/_leadsite/events");
  events.onmessage = (message) => {
    const state = JSON.parse(message.data);
    if (edition !== null && state.edition !== edition) {
      events.close();
      location.reload();
      return;
    }
    edition = state.edition;
    show(state.problems);
  };
  window.addEventListener("pagehide", () => events.close());
})();

// Shows that there is new mail: the list loads anew by itself, and whoever reads a mail is only told.
(() => {
  "use strict";
  const list = "/_leadsite/mail/";
  let count = null;

  function tell(fresh) {
    const link = document.createElement("a");
    link.href = list;
    link.textContent = fresh === 1 ? "Mailbox: one new mail" : "Mailbox: " + fresh + " new mails";
    document.querySelector("h1").replaceChildren(link);
  }

  async function look() {
    try {
      const response = await fetch(list + "count");
      const now = Number(await response.text());
      if (count === null) count = now;
      if (now !== count && location.pathname === list) {
        location.reload();
        return;
      }
      if (now > count) tell(now - count);
    } catch {
      // The server is being restarted; the next look finds it.
    }
    setTimeout(look, 2000);
  }
  look();
})();

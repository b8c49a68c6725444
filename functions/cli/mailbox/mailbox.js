// Shows a mail as soon as it is there: asks for the count, and loads the list anew when it has changed.
(() => {
  "use strict";
  let count = null;
  async function look() {
    try {
      const response = await fetch("/_leadsite/mail/count");
      const now = await response.text();
      if (count !== null && now !== count) {
        location.href = "/_leadsite/mail/";
        return;
      }
      count = now;
    } catch {
      // The server is being restarted; the next look finds it.
    }
    setTimeout(look, 2000);
  }
  look();
})();

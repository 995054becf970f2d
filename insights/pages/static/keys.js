/* The few keys of the pages for staff: "/" puts the cursor into the search, "?" lists them. They can be switched off there
   (WCAG 2.1.4). And what was confirmed once is not confirmed again by a reload, or for whoever the address is passed to. */
(() => {
  "use strict";

  const OFF = "keys-off";
  const address = new URL(location.href);
  if (address.searchParams.has("saved")) {
    ["saved", "at", "undo"].forEach((name) => address.searchParams.delete(name));
    history.replaceState(null, "", address);
  }

  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, select, textarea");
    if (typing || event.ctrlKey || event.metaKey || event.altKey || localStorage.getItem(OFF)) return;
    if (event.key === "/") {
      event.preventDefault();
      const find = document.getElementById("find");
      if (find.checkVisibility()) find.focus();
      else location.assign("/search"); // on a narrow screen only its button is there
    } else if (event.key === "?") {
      location.assign("/shortcuts");
    }
  });

  const choice = document.getElementById("keys");
  if (choice) {
    choice.closest("[hidden]").hidden = false;
    choice.checked = !localStorage.getItem(OFF);
    choice.addEventListener("change", () => {
      if (choice.checked) localStorage.removeItem(OFF);
      else localStorage.setItem(OFF, "yes");
    });
  }
})();

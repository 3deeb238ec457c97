"use strict";
// Searches the table, and unfolds what a click in the picture or an address points at. The page is whole without it.
(() => {
  const search = document.querySelector("#search input");
  const filters = document.querySelector("#filters");
  const found = document.querySelector("#filters output");
  const none = document.querySelector("#none");
  const roles = [...document.querySelectorAll("#roles tbody")];
  let texts = null; // read on the first search: it takes a moment where there are thousands

  const only = () => filters.querySelector("input[name=only]:checked").value;

  const show = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    if (words.length && texts === null) texts = roles.map((role) => role.textContent.toLowerCase());
    let count = 0;
    roles.forEach((role, index) => {
      role.hidden = !words.every((word) => texts[index].includes(word));
      if (!role.hidden && (!only() || role.classList.contains(only()))) count += 1;
    });
    none.hidden = count > 0 || roles.length === 0;
    found.textContent = words.length || only() ? `${count} of ${roles.length} roles` : "";
  };

  const all = () => {
    search.value = "";
    filters.querySelector("input[name=only]").checked = true;
    show();
  };

  const reveal = () => {
    const target = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
    const role = target && target.closest("tbody");
    if (!role) return;
    if (role.hidden || getComputedStyle(role).display === "none") all();
    role.querySelector("details").open = true;
    target.scrollIntoView({ block: "start" });
    role.querySelector("summary").focus({ preventScroll: true });
  };

  document.querySelector("#search").hidden = false;
  search.addEventListener("input", show);
  filters.addEventListener("change", show);
  filters.addEventListener("submit", (event) => event.preventDefault());
  addEventListener("hashchange", reveal);
  document.addEventListener("click", (event) => {
    const link = event.target.closest("figure a");
    if (!link) return;
    const account = link.dataset.account;
    if (account) {
      search.value = account;
      show();
    } else if (link.getAttribute("href") === location.hash) {
      reveal(); // the address doesn't change on a second click
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && event.target.tagName !== "INPUT" && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      search.focus();
      search.select();
    } else if (event.key === "Escape" && event.target === search) {
      all();
    }
  });
  show(); // a browser may have kept what was typed before the page was loaded again
  reveal();
})();

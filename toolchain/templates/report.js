// SPDX-License-Identifier: Apache-2.0 OR 0BSD
"use strict";
const tip = document.getElementById("tip");
let shown = null;
function show(item, x, y) {
  shown = item;
  tip.textContent = item.getAttribute("aria-label");
  tip.style.display = "block";
  const below = y + 18 + tip.offsetHeight <= innerHeight;
  tip.style.left = Math.max(4, Math.min(x + 14, innerWidth - tip.offsetWidth - 8)) + "px";
  tip.style.top = Math.max(4, below ? y + 18 : y - tip.offsetHeight - 10) + "px";
}
function hide() { shown = null; tip.style.display = "none"; }
for (const chart of document.querySelectorAll("[data-keys]")) {
  // One stop of the Tab key a picture; the arrow keys go on from there.
  const items = [...chart.querySelectorAll("a,[tabindex='0']")];
  items.forEach((item, index) => { item.tabIndex = index ? -1 : 0; });
  chart.addEventListener("keydown", (event) => {
    const at = items.indexOf(document.activeElement);
    const to = { ArrowRight: at + 1, ArrowDown: at + 1, ArrowLeft: at - 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key];
    if (event.key === "Escape") hide();
    if (at < 0 || to === undefined || !items[to]) return;
    event.preventDefault();
    items[at].tabIndex = -1;
    items[to].tabIndex = 0;
    items[to].focus();
  });
  for (const item of items) {
    item.addEventListener("mousemove", (event) => show(item, event.clientX, event.clientY));
    item.addEventListener("mouseleave", hide);
    item.addEventListener("blur", hide);
    item.addEventListener("focus", () => {
      const box = item.getBoundingClientRect();
      show(item, box.left, Math.min(box.bottom, innerHeight - 20));
    });
    // A finger has no hovering: the first touch shows, the second goes to the row.
    let touched = false;
    item.addEventListener("pointerdown", (event) => { touched = event.pointerType === "touch" && shown !== item; });
    item.addEventListener("click", (event) => {
      if (touched) { event.preventDefault(); show(item, event.clientX, event.clientY); }
    });
  }
}
function value(row, column) {
  const parts = [...row.cells[column].childNodes].filter((node) => node.nodeName !== "SMALL");
  const text = parts.map((node) => node.textContent).join("").trim();
  const number = parseFloat(text.replaceAll(",", ""));
  return /^[-+]?[\d,.]+( %)?$/.test(text) && !Number.isNaN(number) ? number : text;
}
for (const table of document.querySelectorAll("table.sorted")) {
  const body = table.tBodies[0];
  for (const head of table.tHead.rows[0].cells) {
    const button = head.querySelector("button");
    if (button) button.addEventListener("click", () => {
      const numeric = head.classList.contains("n");
      const up = head.getAttribute("aria-sort") ? head.getAttribute("aria-sort") === "descending" : !numeric;
      for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", up ? "ascending" : "descending");
      const rows = [...body.rows].map((row) => [value(row, head.cellIndex), row]);
      rows.sort(([a], [b]) => {
        if (a === "" || b === "") return (a === "") - (b === "");
        const order = typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b), "en", { numeric: true });
        return up ? order : -order;
      });
      body.append(...rows.map(([, row]) => row));
    });
  }
}
const search = document.getElementById("search");
if (search) search.addEventListener("input", () => {
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  const rows = [...document.getElementById("layers").tBodies[0].rows];
  let left = 0;
  for (const row of rows) {
    const text = [...row.cells].map((cell) => cell.textContent).concat(row.dataset.name || "").join(" ").toLowerCase();
    row.hidden = !words.every((word) => text.includes(word));
    left += !row.hidden;
  }
  document.getElementById("found").textContent = words.length ? left + " of " + rows.length + " rows" : "";
});
// A link to a row that the search hides shows it again.
addEventListener("hashchange", () => {
  const row = document.getElementById(location.hash.slice(1));
  if (row && row.hidden) { search.value = ""; search.dispatchEvent(new Event("input")); row.scrollIntoView(); }
});
